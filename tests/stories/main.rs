//! Stories, one file each: what the service owes a visitor, a unit and an operator, told with the
//! real things. A story that needs a program which is missing fails and says so; none is skipped.

mod bad_cases;
mod bad_requests;
mod crash;
mod headers;
mod keys;
mod limits;
mod mail;
mod main_job;
mod privacy;
mod resend;
mod site;
mod startup;
