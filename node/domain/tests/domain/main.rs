//! Proves the domain: what is decided, what is refused, what is allowed to whom, and that numbers and names stay for ever. One program, so that
//! the scenes they share are compiled once.

mod common;
mod decide_accounts;
mod decide_care;
mod decide_care_stages;
mod decide_marks;
mod decide_members;
mod decide_messages;
mod decide_on_behalf;
mod decide_profiles;
mod decide_reading;
mod decide_refusals;
mod decide_room_changes;
mod decide_rooms;
mod decide_sessions;
mod decision_tables;
mod pinned;
mod pinned_care;
mod pinned_commands;
mod pinned_events;
mod pinned_people;
mod pinned_refusals;
mod pinned_restriction;
mod pinned_tasks;
mod properties;
mod responsibility;
