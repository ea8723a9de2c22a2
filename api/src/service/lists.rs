//! Lists: the inbox, the conversations one may see or join, locations. Previews are content: the look is recorded first.

use super::{Caller, Service};
use crate::convert::care::care;
use crate::convert::events::Showing;
use crate::convert::objects;
use crate::failure::Outcome;
use corridor_domain::audit::Basis;
use corridor_domain::command::{Command, Page};
use corridor_domain::conversation::{Conversation, Kind, Side};
use corridor_domain::decide::side_of;
use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use corridor_domain::outcome::Grant;
use corridor_domain::permission::basis;
use corridor_domain::person::Person;
use corridor_domain::view::Readable;
use corridor_protocol as wire;
use std::collections::{HashMap, HashSet};
use std::io;

/// Which part of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxFilter {
    /// Everything.
    All,
    /// With unread messages.
    Unread,
    /// Without.
    Read,
    /// Put away by the one who asks.
    PutAway,
}

/// Which conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Where one is a member.
    Mine,
    /// All patient conversations one may read by role.
    Organization,
    /// Channels one may join.
    Public,
}

impl Service {
    /// The inbox: newest first, with previews and the four figures.
    pub async fn inbox(&self, caller: &Caller, filter: InboxFilter, query: &str, limit: usize) -> Outcome<wire::Inbox> {
        let revision = self.reader().progress()?.revision;
        let ids = self.reader().conversations_of(caller.person.id)?;
        let mut mine = self.reader().readables(&caller.person, ids)?;
        let counts = counts(&mine);
        self.newest_first(caller, &mut mine)?;
        let mut wanted = Vec::with_capacity(mine.len());
        for readable in mine {
            let (unread, put_away) = self.calls(caller, &readable)?;
            let is_wanted = match filter {
                InboxFilter::PutAway => put_away,
                _ if put_away => false,
                InboxFilter::All => true,
                InboxFilter::Unread => unread,
                InboxFilter::Read => !unread,
            };
            wanted.extend(is_wanted.then_some(readable));
        }
        let conversations = self.list(caller, wanted, query, limit).await?;
        Ok(wire::Inbox {
            revision,
            conversations,
            counts,
        })
    }

    /// Conversations by scope, newest first.
    pub async fn conversations(
        &self,
        caller: &Caller,
        scope: Scope,
        query: &str,
        limit: usize,
    ) -> Outcome<wire::ConversationList> {
        let ids = match scope {
            Scope::Mine => self.reader().conversations_of(caller.person.id)?,
            Scope::Organization => self
                .reader()
                .patient_conversations(limits::ORGANIZATION_SCAN_COUNT_MAX)?,
            Scope::Public => self.reader().channels()?,
        };
        let mut found = self.reader().readables(&caller.person, ids)?;
        found.retain(|readable| self.belongs(caller, scope, readable));
        self.newest_first(caller, &mut found)?;
        Ok(wire::ConversationList {
            conversations: self.list(caller, found, query, limit).await?,
        })
    }

    fn belongs(&self, caller: &Caller, scope: Scope, readable: &Readable) -> bool {
        match scope {
            Scope::Mine => true,
            Scope::Organization => {
                matches!(
                    basis(&caller.person, readable, self.time_of_rights_ms()),
                    Some(Basis::Member | Basis::CareTeam | Basis::Coverage | Basis::OrganizationQueue)
                )
            }
            // What one may join, by the funnel's own answer; archived ones are put away.
            Scope::Public => {
                let may = objects::conversation(&caller.person, readable, self.time_of_rights_ms(), Vec::new());
                may.is_some_and(|shown| shown.state == "open" && shown.my.may.iter().any(|may| may == "join"))
            }
        }
    }

    async fn list(
        &self,
        caller: &Caller,
        found: Vec<Readable>,
        query: &str,
        limit: usize,
    ) -> Outcome<Vec<wire::Conversation>> {
        let limit = limit.clamp(1, limits::INBOX_COUNT_MAX);
        let query = query.trim().to_lowercase();
        let mut shown = Vec::new();
        for readable in found {
            let names = self.first_names(caller, &readable)?;
            let Some(conversation) = self.head(caller, &readable, names)? else {
                continue;
            };
            if matches(&conversation, &query) {
                shown.push((readable, conversation));
            }
            if shown.len() >= limit {
                break;
            }
        }
        self.with_previews(caller, shown).await
    }

    /// Adds the newest messages, after the look at them is on the record.
    async fn with_previews(
        &self,
        caller: &Caller,
        shown: Vec<(Readable, wire::Conversation)>,
    ) -> Outcome<Vec<wire::Conversation>> {
        let mut pages = Vec::new();
        for (readable, _) in &shown {
            pages.extend(self.newest_page(caller, readable)?);
        }
        if pages.is_empty() {
            return Ok(shown.into_iter().map(|(_, conversation)| conversation).collect());
        }
        let (_, grants) = self.ask(caller, Command::Read { pages }).await?;
        let granted: HashMap<ConversationId, Grant> =
            grants.into_iter().map(|grant| (grant.conversation, grant)).collect();
        let mut conversations = Vec::with_capacity(shown.len());
        for (readable, mut conversation) in shown {
            if let Some(head) = &readable.conversation
                && let Some(grant) = granted.get(&head.id)
            {
                conversation.last_message = self.preview(head, grant)?;
            }
            conversations.push(conversation);
        }
        Ok(conversations)
    }

    /// The message that was granted, as lists show it.
    pub(super) fn preview(&self, head: &Conversation, grant: &Grant) -> io::Result<Option<wire::LastMessage>> {
        let showing = Showing {
            names: self.names(),
            keys: self.keys(),
            head,
            side: grant.side,
        };
        match self.reader().granted(grant)?.first() {
            Some(event) => objects::last_message(&showing, event),
            None => Ok(None),
        }
    }

    /// The head as the caller sees it.
    pub(super) fn head(
        &self,
        caller: &Caller,
        readable: &Readable,
        names: Vec<String>,
    ) -> io::Result<Option<wire::Conversation>> {
        let shown = objects::conversation(&caller.person, readable, self.time_of_rights_ms(), names);
        let Some((mut shown, head)) = shown.zip(readable.conversation.as_ref()) else {
            return Ok(None);
        };
        (_, shown.revision) = self.last_change(caller, head)?;
        let keep = "keep_confidential";
        if !shown.confidential && shown.my.may.iter().any(|may| may == keep) {
            let safeguards = self.reader().safeguards()?;
            let fits = |patient: &Person| safeguards.may_be_confidential(patient, self.time_of_rights_ms());
            if !readable.patient.as_ref().is_some_and(fits) {
                shown.my.may.retain(|may| may != keep);
            }
        }
        self.own_view(caller, readable, head, &mut shown.my)?;
        shown.care = care(self.names(), readable, head, side_of(Some(&caller.person)))?;
        if let Some(care) = &mut shown.care {
            let principal = self.may_reply_for(caller, readable)?;
            care.on_behalf_of = principal.as_ref().map(crate::names::of);
            care.covering = self.covering(readable)?;
        }
        Ok(Some(shown))
    }

    /// When something last happened that the caller may see, and at which revision: a note must not move anything for a patient.
    fn last_change(&self, caller: &Caller, head: &Conversation) -> io::Result<(u64, u64)> {
        if side_of(Some(&caller.person)) == Side::Team {
            return Ok((head.last_at_ms, head.revision));
        }
        let last = self.reader().event_for(head.id, Side::Patient, head.last.shared_seq)?;
        Ok(last.map_or((head.created_at_ms, 0), |event| (event.at_ms, event.revision)))
    }

    fn newest_first(&self, caller: &Caller, found: &mut Vec<Readable>) -> io::Result<()> {
        let mut aged = Vec::with_capacity(found.len());
        for readable in found.drain(..) {
            let age = readable
                .conversation
                .as_ref()
                .map(|head| self.last_change(caller, head))
                .transpose()?;
            aged.push((age, readable));
        }
        aged.sort_by_key(|(age, _)| std::cmp::Reverse(*age));
        found.extend(aged.into_iter().map(|(_, readable)| readable));
        Ok(())
    }

    /// The place of the newest message, in the caller's numbering; none where there is nothing to preview.
    pub(super) fn newest_page(&self, caller: &Caller, readable: &Readable) -> io::Result<Option<Page>> {
        let Some(head) = &readable.conversation else {
            return Ok(None);
        };
        if basis(&caller.person, readable, self.time_of_rights_ms()).is_none() {
            return Ok(None);
        }
        let side = side_of(Some(&caller.person));
        let seq = head.last_message_seq_for(side);
        let Some(event) = self.reader().event(head.id, seq)? else {
            return Ok(None);
        };
        let seq = event.place.seq_for(side);
        let hidden = readable
            .own
            .as_ref()
            .is_some_and(|own| own.is_current() && seq < own.first_seq);
        Ok((!hidden).then_some(Page {
            conversation: head.id,
            from_seq: seq,
            to_seq: seq,
        }))
    }

    /// Up to four other members: the title of direct conversations and groups.
    pub(super) fn first_names(&self, caller: &Caller, readable: &Readable) -> io::Result<Vec<String>> {
        let Some(head) = readable
            .conversation
            .as_ref()
            .filter(|head| matches!(head.kind, Kind::Direct | Kind::Group))
        else {
            return Ok(Vec::new());
        };
        let memberships = self.reader().memberships(head.id)?;
        let others = memberships
            .iter()
            .filter(|membership| membership.is_current() && membership.person != caller.person.id);
        others
            .take(4)
            .map(|membership| Ok(self.names().author(membership.person)?.name))
            .collect()
    }

    /// Locations. Names of the clinic's buildings are no secret to who is signed in.
    pub fn sites(&self) -> Outcome<wire::SiteList> {
        let mut sites: Vec<_> = self
            .reader()
            .sites()?
            .into_iter()
            .map(|site| wire::Site {
                id: site.id.to_string(),
                name: site.name.expose().to_owned(),
            })
            .collect();
        sites.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(wire::SiteList { sites })
    }
}

fn matches(conversation: &wire::Conversation, query: &str) -> bool {
    if query.is_empty() {
        return true;
    }
    let patient = conversation.patient.as_ref();
    let mut texts = vec![conversation.topic.as_str()];
    texts.extend(
        patient
            .iter()
            .flat_map(|patient| [patient.name.as_str(), patient.mrn.as_str()]),
    );
    texts.extend(conversation.first_names.iter().map(String::as_str));
    texts.iter().any(|text| text.to_lowercase().contains(query))
}

/// The figures of source 002, within what the viewer may see (T-26).
fn counts(mine: &[Readable]) -> wire::Counts {
    let mut patients = HashSet::new();
    let mut counts = wire::Counts::default();
    for readable in mine {
        let (Some(head), Some(own)) = (&readable.conversation, &readable.own) else {
            continue;
        };
        let unread = own.unread(&head.last);
        counts.total_conversations += 1;
        counts.unread_conversations += u64::from(unread > 0);
        counts.unread_messages += unread;
        counts.total_messages += match own.side {
            Side::Team => head.last.number,
            Side::Patient => head.last.shared_number,
        };
        if let Kind::Patient { patient } = head.kind {
            patients.insert(patient);
        }
    }
    counts.unique_patients = patients.len() as u64;
    counts
}
