//! Stories, one file each: what the service owes a visitor, a unit and an operator, told with the
//! real things. A story that needs a program which is missing fails and says so; none is skipped.

mod accepted;
mod at_once;
mod bad_cases;
mod bad_requests;
mod batches;
mod bug_classes;
mod charsets;
mod covers;
mod crash;
mod deploy;
mod exposure;
mod faults;
mod floods;
mod headers;
mod keys;
mod limits;
mod lookups;
mod machines;
mod mail;
mod main_job;
mod observer;
mod photographs;
mod postfix_pipe;
mod privacy;
mod refused;
mod refused_forms;
mod reminders;
mod resend;
mod rewards;
mod seized;
mod site;
mod sizes;
mod startup;
mod transfer;
mod way_back;
