//! What the officer wrote, apart from what the mail program quoted.
