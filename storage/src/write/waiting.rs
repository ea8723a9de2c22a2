//! Records that wait for a time: each is written with its timer, and takes the one of before away.

use crate::keys;
use crate::state::Records;
use crate::transaction::Transaction;
use corridor_domain::attention::Attention;
use corridor_domain::coverage::{Coverage, StandIn};
use corridor_domain::scheduled::Scheduled;
use corridor_domain::timer::Timer;
use std::io;

pub(super) fn move_timer(batch: &mut Transaction<'_>, was: Option<(u64, Timer)>, is: Option<(u64, Timer)>) {
    if was == is {
        return;
    }
    if let Some((due_ms, timer)) = was {
        batch.remove(keys::timer(due_ms, timer));
    }
    if let Some((due_ms, timer)) = is {
        batch.put_bytes(keys::timer(due_ms, timer), Vec::new());
    }
}

/// The people of it find it until it is over.
pub(super) fn write_coverage(batch: &mut Transaction<'_>, coverage: &Coverage) -> io::Result<()> {
    let id = coverage.window.id;
    let before: Option<Coverage> = batch.record(&keys::coverage(id))?;
    let is = coverage.timer();
    move_timer(batch, before.as_ref().and_then(Coverage::timer), is);
    for person in [coverage.window.covered, coverage.window.covering] {
        match (before.is_some(), is.is_some()) {
            (false, true) => batch.put_bytes(keys::person_coverage(person, id), Vec::new()),
            (true, false) => batch.remove(keys::person_coverage(person, id)),
            _ => {}
        }
    }
    batch.put(keys::coverage(id), coverage)
}

/// Each of its coverages finds it: what is written over takes the keys of the one before away.
pub(super) fn write_stand_in(batch: &mut Transaction<'_>, stand_in: &StandIn) -> io::Result<()> {
    let key = keys::stand_in(stand_in.conversation, stand_in.covering);
    let before: Option<StandIn> = batch.record(&key)?;
    let was: Vec<_> = before.iter().flat_map(StandIn::coverages).collect();
    let is: Vec<_> = stand_in.coverages().collect();
    for gone in was.iter().filter(|coverage| !is.contains(coverage)) {
        batch.remove(keys::coverage_stand_in(*gone, stand_in.conversation));
    }
    for new in is.iter().filter(|coverage| !was.contains(coverage)) {
        batch.put_bytes(keys::coverage_stand_in(*new, stand_in.conversation), Vec::new());
    }
    match (stand_in.is_over(), before) {
        (false, _) => batch.put(key, stand_in),
        (true, Some(_)) => {
            batch.remove(key);
            Ok(())
        }
        (true, None) => Ok(()),
    }
}

/// Its author finds it until it is over.
pub(super) fn write_scheduled(batch: &mut Transaction<'_>, scheduled: &Scheduled) -> io::Result<()> {
    let id = scheduled.new.id;
    let before: Option<Scheduled> = batch.record(&keys::scheduled(id))?;
    move_timer(batch, before.as_ref().and_then(Scheduled::timer), scheduled.timer());
    if before.is_none() {
        batch.put_bytes(keys::person_scheduled(scheduled.author, id), Vec::new());
    }
    batch.put(keys::scheduled(id), scheduled)
}

/// It was sent or taken back: the words stand in the conversation, or nowhere.
pub(super) fn remove_scheduled(batch: &mut Transaction<'_>, scheduled: &Scheduled) {
    let id = scheduled.new.id;
    move_timer(batch, scheduled.timer(), None);
    batch.remove(keys::person_scheduled(scheduled.author, id));
    batch.remove(keys::scheduled(id));
}

pub(super) fn write_attention(batch: &mut Transaction<'_>, attention: &Attention) -> io::Result<()> {
    let key = keys::attention(attention.person, attention.conversation);
    let before: Option<Attention> = batch.record(&key)?;
    move_timer(batch, before.as_ref().and_then(Attention::timer), attention.timer());
    batch.put(key, attention)
}
