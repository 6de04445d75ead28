//! What lies in a mailbox: questions, answers and notices, sealed to the receipt (HPKE, RFC 9180).
