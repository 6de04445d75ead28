//! Compliance as code: what the rules for public sites, the law and this site's own promises ask of
//! the *built* site, one module for each rule. Every rule also stands before planted faults, each of
//! which it must find; a rule that finds nothing anywhere would be worth nothing.

mod accessible;
mod anonymity;
mod builds;
mod day;
mod fixture;
mod quiz_scores;
mod rule;
mod rules;
mod script_off;
mod search_finds;
mod service_routes;
mod site;
mod validators;
