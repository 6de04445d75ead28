//! The rules, one module each. The list below makes two tests of each rule: it holds on the built
//! site, and it finds its planted faults. A rule left out of the list is dead code, and refused.

mod calendars_can_be_read;
mod contents_are_complete;
mod data_names_its_source;
mod dates_stand_on_pages;
mod doors_end_each_page;
mod feed_can_be_read;
mod figures_are_those_of_the_seed;
mod headings_go_down_step_by_step;
mod help_leads_to_no_tip;
mod identifiers_are_single;
mod images_have_words;
mod languages_stand_side_by_side;
mod links_lead_somewhere;
mod meta_of_the_guideline_is_there;
mod news_and_home_are_fresh;
mod nothing_comes_from_elsewhere;
mod nothing_is_inline;
mod nothing_unverified_is_published;
mod numbers_are_public_ones;
mod outgoing_links_say_so;
mod pages_are_light;
mod pages_are_many;
mod pages_say_what_they_are;
mod pages_work_without_script;
mod quiz_is_sound;
mod sections_are_filled;
mod seed_is_not_copied;
mod site_map_is_whole;
mod slugs_are_ascii;
mod words_shame_and_promise_nobody;

pub(crate) use links_lead_somewhere::SERVICE;

macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        mod the_built_site_keeps_the_rule {
            $(#[test] fn $rule() { crate::rule::holds(&super::$rule::RULE); })*
        }
        mod a_planted_fault_breaks_the_rule {
            $(#[test] fn $rule() { crate::rule::finds_its_faults(&super::$rule::RULE); })*
        }
        /// All rules, for sites built in other ways.
        pub(crate) const ALL: &[(&str, &crate::rule::Rule)] =
            &[$((stringify!($rule), &$rule::RULE)),*];
    };
}

rules![
    calendars_can_be_read,
    contents_are_complete,
    data_names_its_source,
    dates_stand_on_pages,
    doors_end_each_page,
    feed_can_be_read,
    figures_are_those_of_the_seed,
    headings_go_down_step_by_step,
    help_leads_to_no_tip,
    identifiers_are_single,
    images_have_words,
    languages_stand_side_by_side,
    links_lead_somewhere,
    meta_of_the_guideline_is_there,
    news_and_home_are_fresh,
    nothing_comes_from_elsewhere,
    nothing_is_inline,
    nothing_unverified_is_published,
    numbers_are_public_ones,
    outgoing_links_say_so,
    pages_are_light,
    pages_are_many,
    pages_say_what_they_are,
    pages_work_without_script,
    quiz_is_sound,
    sections_are_filled,
    seed_is_not_copied,
    site_map_is_whole,
    slugs_are_ascii,
    words_shame_and_promise_nobody,
];
