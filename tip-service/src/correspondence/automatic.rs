//! Machines that answer machines (RFC 3834): recognised, never answered.
