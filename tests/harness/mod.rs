//! Starts the real things for the stories.
