//! The organization's queue: which conversations, how they stand, and what was said last, after the look at it is on the record.

use super::{Caller, Service};
use crate::convert;
use crate::convert::objects::patient_summary;
use crate::failure::{Failure, Outcome};
use corridor_actors::queue::{Ask, HandOverIs, Key, Late, PartyIs, Standing, Viewer};
use corridor_domain::audit::Action;
use corridor_domain::care::Stage;
use corridor_domain::command::{Command, Page};
use corridor_domain::ids::{ConversationId, SiteId};
use corridor_domain::limits;
use corridor_domain::permission::{Asking, basis, may_watch_queue, permit, sees_all_late};
use corridor_domain::refusal::Refusal;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::cmp::Reverse;

/// What part of the queue somebody asks for, as they said it.
#[derive(Debug, Clone, Default)]
pub struct QueueQuestion<'a> {
    /// `open`, `resolved`, `closed` or `all`; empty: open.
    pub stage: &'a str,
    /// `any`, `nobody`, `me`, a person or a role; empty: any.
    pub party: &'a str,
    /// `any`, `pending` or `late`; empty: any.
    pub hand_over: &'a str,
    /// Patients of that site; empty: of all.
    pub site: &'a str,
    /// Part of a topic, a name or a number.
    pub text: &'a str,
    /// Where the page begins; empty: at the newest.
    pub after: &'a str,
    /// At most so many.
    pub limit: Option<usize>,
}

impl Service {
    /// A page of the queue, newest first.
    pub async fn queue(&self, caller: &Caller, question: &QueueQuestion<'_>) -> Outcome<wire::QueuePage> {
        if !may_watch_queue(&caller.person) {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        let revision = self.reader().progress()?.revision;
        let text = question.text.trim().to_lowercase();
        let viewer = Viewer {
            person: caller.person.clone(),
            covers: self.reader().covers(caller.person.id)?,
        };
        let ask = Ask {
            viewer: &viewer,
            stage: stage(question.stage)?,
            party: party(question.party, caller)?,
            hand_over: hand_over(question.hand_over)?,
            now_ms: self.time_of_rights_ms(),
            site: site(question.site)?,
            text: &text,
            after: key(question.after)?,
            limit: question
                .limit
                .unwrap_or(limits::QUEUE_PAGE_COUNT_MAX)
                .clamp(1, limits::QUEUE_PAGE_COUNT_MAX),
        };
        let page = self.actors().queue(&ask).await?;
        let mut shown = Vec::with_capacity(page.standings.len());
        let ids = page.standings.iter().map(|standing| standing.conversation);
        let judged = self.reader().readables(&caller.person, ids)?;
        for (standing, readable) in page.standings.iter().zip(judged) {
            if still_fits(&ask, &readable) {
                shown.extend(self.queued(caller, standing, readable)?);
            }
        }
        Ok(wire::QueuePage {
            revision,
            conversations: self.recorded(caller, shown).await?,
            total: page.total,
            next_after: page.next_after.map(words_of_key),
        })
    }

    /// The figures of the queue. They are no look; hand-overs that nobody accepted name patients, and are one.
    pub async fn overview(&self, caller: &Caller) -> Outcome<wire::Overview> {
        if !may_watch_queue(&caller.person) && !sees_all_late(&caller.person) {
            return Err(Failure::Refused(Refusal::Forbidden));
        }
        let viewer = Viewer {
            person: caller.person.clone(),
            covers: self.reader().covers(caller.person.id)?,
        };
        let at_ms = self.time_of_rights_ms();
        let overview = self.actors().overview(&viewer, at_ms).await?;
        let late = self.late(caller, &overview.late, at_ms).await?;
        Ok(convert::care::overview(self.names(), &overview, late, at_ms)?)
    }

    /// Judged anew: what the queue knows may be a moment old.
    async fn late(&self, caller: &Caller, found: &[Late], at_ms: u64) -> Outcome<Vec<wire::LateHandOver>> {
        let (nothing, all) = (Readable::default(), sees_all_late(&caller.person));
        let may_look = permit(&Asking::new(Action::ReadPatients, &caller.person, &nothing, at_ms)).is_ok();
        if found.is_empty() || !may_look {
            return Ok(Vec::new());
        }
        self.ask(caller, Command::ReadDirectory { patients: true }).await?;
        let ids = found.iter().map(|late| late.conversation);
        let mut shown = Vec::with_capacity(found.len());
        for (late, readable) in found.iter().zip(self.reader().readables(&caller.person, ids)?) {
            let is_known = all && !readable.is_labelled() || basis(&caller.person, &readable, at_ms).is_some();
            let still = readable.care().is_some_and(|care| care.offer == Some(late.offer));
            let patient = readable.patient.as_ref().and_then(patient_summary);
            let Some(patient) = patient.filter(|_| is_known && still) else {
                continue;
            };
            shown.push(wire::LateHandOver {
                conversation_id: late.conversation.to_string(),
                patient,
                hand_over: convert::care::hand_over(self.names(), &late.offer)?,
            });
        }
        Ok(shown)
    }

    /// Whether a device is told what moves in the queue. Whoever may not watch is not told why: a page of the queue says it.
    pub async fn watch_queue(&self, caller: &Caller, active: bool) -> Outcome<bool> {
        // A socket lives longer than a set of roles.
        let viewer = self.reader().person(caller.person.id)?;
        let may_watch = active && viewer.as_ref().is_some_and(may_watch_queue);
        if may_watch {
            self.actors().gather_queue().await?;
        }
        Ok(may_watch)
    }

    /// Only what was granted is shown, and every page is a look on the record, also one on which nothing was found: a topic is the
    /// patient's words as much as a message is.
    async fn recorded(
        &self,
        caller: &Caller,
        shown: Vec<(Readable, wire::Conversation)>,
    ) -> Outcome<Vec<wire::Conversation>> {
        let mut pages = Vec::with_capacity(shown.len());
        for (readable, _) in &shown {
            let newest = self.newest_page(caller, readable)?;
            pages.extend(newest.or_else(|| first_page(readable)));
        }
        let (_, grants) = self.ask(caller, Command::Read { pages }).await?;
        let mut conversations = Vec::with_capacity(shown.len());
        for (readable, mut conversation) in shown {
            let Some(head) = &readable.conversation else { continue };
            let Some(grant) = grants.iter().find(|grant| grant.conversation == head.id) else {
                continue;
            };
            conversation.last_message = self.preview(head, grant)?;
            conversations.push(conversation);
        }
        Ok(conversations)
    }

    /// Judged anew: what the queue knows may be a moment old.
    fn queued(
        &self,
        caller: &Caller,
        standing: &Standing,
        readable: Readable,
    ) -> Outcome<Option<(Readable, wire::Conversation)>> {
        if basis(&caller.person, &readable, self.time_of_rights_ms()).is_none() {
            return Ok(None);
        }
        let Some(mut conversation) = self.head(caller, &readable, Vec::new())? else {
            return Ok(None);
        };
        if let Some(care) = &mut conversation.care {
            care.waiting_since_ms = standing.waiting_since_ms;
        }
        Ok(Some((readable, conversation)))
    }
}

/// The queue may be a moment behind what was applied: a row that moved since is left out of the page that it does not belong to.
fn still_fits(ask: &Ask<'_>, readable: &Readable) -> bool {
    let Some((care, head)) = readable.care().zip(readable.conversation.as_ref()) else {
        return false;
    };
    let party = care.party(readable.holder.as_ref());
    let is_offered = ask.hand_over.is(care.offer.as_ref(), ask.now_ms);
    ask.party.is(party) && is_offered && ask.stage.is_none_or(|stage| stage == care.stage(&head.last))
}

/// That it began: what is looked at where nothing was said yet.
fn first_page(readable: &Readable) -> Option<Page> {
    let conversation = readable.conversation.as_ref()?.id;
    Some(Page {
        conversation,
        from_seq: 1,
        to_seq: 1,
    })
}

fn stage(name: &str) -> Outcome<Option<Stage>> {
    match name {
        "" => Ok(Some(Stage::Open)),
        "all" => Ok(None),
        name => convert::care::stage(name).map(Some),
    }
}

fn party(name: &str, caller: &Caller) -> Outcome<PartyIs> {
    match name {
        "" | "any" => Ok(PartyIs::Anyone),
        "nobody" => Ok(PartyIs::Nobody),
        "me" => Ok(PartyIs::Person(caller.person.id)),
        person if person.starts_with("per_") => convert::person_id(person).map(PartyIs::Person),
        role => convert::role(role)
            .map(PartyIs::Role)
            .map_err(|_| Failure::Invalid("A party is any, nobody, me, a person or a role.")),
    }
}

fn hand_over(name: &str) -> Outcome<HandOverIs> {
    match name {
        "" | "any" => Ok(HandOverIs::Whatever),
        "pending" => Ok(HandOverIs::Pending),
        "late" => Ok(HandOverIs::Late),
        _ => Err(Failure::Invalid("A hand-over is any, pending or late.")),
    }
}

fn site(name: &str) -> Outcome<Option<SiteId>> {
    match name {
        "" => Ok(None),
        name => convert::site_id(name).map(Some),
    }
}

/// A place in the queue as clients hold it: the revision, a dash, the conversation.
fn words_of_key((Reverse(revision), conversation): Key) -> String {
    format!("{revision}-{conversation}")
}

fn key(words: &str) -> Outcome<Option<Key>> {
    if words.is_empty() {
        return Ok(None);
    }
    let found = words.split_once('-').and_then(|(revision, conversation)| {
        let conversation: ConversationId = conversation.parse().ok()?;
        Some((Reverse(revision.parse().ok()?), conversation))
    });
    found
        .map(Some)
        .ok_or(Failure::Invalid("`after` is the `next_after` of the page before."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_queue_comes_back() {
        let place = (Reverse(812), ConversationId(7));
        assert_eq!(key(&words_of_key(place)).unwrap(), Some(place));
        assert_eq!(key("").unwrap(), None);
        for wrong in [
            "812",
            "812-",
            "-con_00000000000000000000000007",
            "x-con_00000000000000000000000007",
        ] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stage_is_one_of_four() {
        assert_eq!((stage("").unwrap(), stage("all").unwrap()), (Some(Stage::Open), None));
        assert_eq!(stage("resolved").unwrap(), Some(Stage::Resolved));
        assert!(stage("archived").is_err());
    }
}
