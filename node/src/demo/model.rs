//! What the story has come to after each step: who is in which room, what was said there, who has read how far.
//!
//! Tells a step that makes no sense before any node is asked, and tells what somebody has not read yet. It knows the
//! rules only as far as the story needs them; the node decides.

use super::calendar::When;
use super::people::{self, Character, PEOPLE};
use super::script::{Deed, Login, Opening, RoomId, Said, Script, Step};
use corridor_domain::limits;
use corridor_protocol::{Audience, ChannelVisibility, History, Priority};
use std::collections::BTreeMap;

/// A message that was written.
#[derive(Debug, Clone, Copy)]
struct Spoken {
    room: RoomId,
    author: Login,
    audience: Audience,
    when: When,
    retracted: bool,
    /// Its place among the room's messages.
    index: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Member {
    /// The first of the room's messages that they may see.
    first: usize,
    /// How many of the room's messages are behind their mark.
    read: usize,
}

#[derive(Debug)]
struct Room {
    opening: Opening,
    owner: Login,
    holder: Option<Login>,
    is_open: bool,
    archived: bool,
    members: BTreeMap<Login, Member>,
    messages: Vec<Said>,
}

/// The state of the story.
#[derive(Debug)]
pub struct Model {
    rooms: Vec<Room>,
    said: Vec<Option<Spoken>>,
}

fn character(login: Login) -> Result<&'static Character, String> {
    people::by_login(login).ok_or_else(|| format!("nobody is called {login}"))
}

fn sees(character: &Character, member: Member, spoken: &Spoken) -> bool {
    spoken.index >= member.first && (spoken.audience == Audience::Everyone || !character.is_patient_side())
}

impl Model {
    /// Before the first step: only the topics that came with the accounts are there.
    pub fn new(script: &Script) -> Result<Self, String> {
        let room = |opening: &Opening| Room {
            opening: *opening,
            owner: "",
            holder: None,
            is_open: false,
            archived: false,
            members: BTreeMap::new(),
            messages: Vec::new(),
        };
        let mut model = Self {
            rooms: script.rooms.iter().map(room).collect(),
            said: vec![None; script.said_count],
        };
        for place in 0..model.rooms.len() {
            if let Opening::General { patient } = model.rooms[place].opening {
                model.begin(
                    RoomId(place),
                    character(patient)?.care_team.first().copied().unwrap_or_default(),
                )?;
            }
        }
        Ok(model)
    }

    /// The patient of a patient's topic.
    fn patient_of(&self, room: RoomId) -> Option<Login> {
        match self.rooms[room.0].opening {
            Opening::General { patient } | Opening::Topic { patient, .. } => Some(patient),
            _ => None,
        }
    }

    /// Who is in the room now.
    pub fn members(&self, room: RoomId) -> impl Iterator<Item = Login> {
        self.rooms[room.0].members.keys().copied()
    }

    /// The newest message that they see and have not read; their own do not count.
    pub fn newest_unread(&self, room: RoomId, who: Login) -> Option<Said> {
        let room = &self.rooms[room.0];
        let (member, character) = (*room.members.get(who)?, people::by_login(who)?);
        let unread = room.messages.get(member.read..)?.iter().rev();
        unread.copied().find(|said| {
            self.said[said.0].is_some_and(|spoken| spoken.author != who && sees(character, member, &spoken))
        })
    }

    fn begin(&mut self, room: RoomId, creator: Login) -> Result<(), String> {
        let team_of = |patient: Login| character(patient).map(|patient| patient.care_team.iter().copied());
        let mut members: Vec<Login> = vec![creator];
        match self.rooms[room.0].opening {
            Opening::Direct { with } => members.push(with),
            Opening::Group { members: named, .. } | Opening::Channel { members: named, .. } => members.extend(named),
            Opening::General { patient } | Opening::Topic { patient, .. } => {
                members.extend(team_of(patient)?);
                members.push(patient);
                members.extend(
                    PEOPLE
                        .iter()
                        .filter(|proxy| proxy.proxy_for.contains(&patient))
                        .map(|proxy| proxy.login),
                );
            }
            Opening::CareRoom { beside, .. } => {
                let patient = self
                    .patient_of(beside)
                    .ok_or("a care room stands beside a patient's topic")?;
                if !self.rooms[beside.0].members.contains_key(creator) {
                    return Err(format!("{creator} is not in the topic beside"));
                }
                members.extend(team_of(patient)?);
            }
        }
        let opening = self.rooms[room.0].opening;
        for login in &members {
            fits(&opening, character(login)?)?;
        }
        let state = &mut self.rooms[room.0];
        state.owner = creator;
        state.is_open = true;
        state.members = members.into_iter().map(|login| (login, Member::default())).collect();
        Ok(())
    }

    /// Takes a step, or says why it makes no sense.
    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        self.judge_and_do(step)
            .map_err(|why| format!("{} at {:?}, {:?}: {why}", step.actor, step.when, step.deed))
    }

    fn judge_and_do(&mut self, step: &Step) -> Result<(), String> {
        let actor = character(step.actor)?;
        if !actor.can_sign_in {
            return Err("was only invited".to_owned());
        }
        if let Deed::Open = step.deed {
            if self.rooms[step.room.0].is_open {
                return Err("the room is there already".to_owned());
            }
            return self.begin(step.room, step.actor);
        }
        let room = &self.rooms[step.room.0];
        let own = room.members.get(step.actor).copied();
        if !room.is_open || (own.is_none() && !matches!(step.deed, Deed::Join)) {
            return Err("is not in that room".to_owned());
        }
        if room.archived && !matches!(step.deed, Deed::Read { .. }) {
            return Err("the room is archived".to_owned());
        }
        match step.deed {
            Deed::Say {
                said,
                audience,
                priority,
                answers,
                ..
            } => {
                self.judge_saying(step, actor, audience, priority)?;
                if let Some(answered) = answers {
                    let target = self.seen(step, answered)?;
                    if audience == Audience::Everyone && target.audience == Audience::Team {
                        return Err("answers a note in front of the patient".to_owned());
                    }
                }
                let index = self.rooms[step.room.0].messages.len();
                self.rooms[step.room.0].messages.push(said);
                let spoken = Spoken {
                    room: step.room,
                    author: step.actor,
                    audience,
                    when: step.when,
                    retracted: false,
                    index,
                };
                self.said[said.0] = Some(spoken);
            }
            Deed::Edit { said, .. } => {
                let target = self.seen(step, said)?;
                let late = step.when
                    > target
                        .when
                        .later(u16::try_from(limits::EDIT_WINDOW_S / 60).unwrap_or(0) - 1);
                let seen_by_patient = self.patient_of(step.room).is_some() && target.audience == Audience::Everyone;
                if target.author != step.actor || late || seen_by_patient {
                    return Err("may not edit that".to_owned());
                }
            }
            Deed::Retract { said, .. } => {
                if self.seen(step, said)?.author != step.actor {
                    return Err("takes back what somebody else said".to_owned());
                }
                if let Some(spoken) = &mut self.said[said.0] {
                    spoken.retracted = true;
                }
            }
            Deed::Acknowledge { said } => {
                if self.seen(step, said)?.author == step.actor {
                    return Err("acknowledges their own words".to_owned());
                }
            }
            Deed::Read { said } => {
                let read = self.seen(step, said)?.index + 1;
                if let Some(member) = self.rooms[step.room.0].members.get_mut(step.actor) {
                    member.read = member.read.max(read);
                }
            }
            Deed::Add { person, history } => {
                self.judge_adding(step, actor, person)?;
                self.admit(step.room, person, history)?;
            }
            Deed::Join => self.admit(step.room, step.actor, History::Full)?,
            Deed::Leave if self.rooms[step.room.0].owner == step.actor => return Err("is the owner".to_owned()),
            Deed::Leave => {
                self.rooms[step.room.0].members.remove(step.actor);
            }
            Deed::HandOver { to } => {
                if self.rooms[step.room.0].owner != step.actor || !self.rooms[step.room.0].members.contains_key(to) {
                    return Err("cannot hand that over".to_owned());
                }
                self.rooms[step.room.0].owner = to;
            }
            Deed::Take | Deed::Offer { .. } | Deed::Resolve if !actor.is_staff() => {
                return Err("is not staff".to_owned());
            }
            Deed::Take | Deed::Resolve if self.patient_of(step.room).is_none() => {
                return Err("is no patient's topic".to_owned());
            }
            Deed::Take => self.rooms[step.room.0].holder = Some(step.actor),
            Deed::Offer { to } => {
                let room = &self.rooms[step.room.0];
                if room.holder != Some(step.actor) || !room.members.contains_key(to) {
                    return Err("cannot ask that of them".to_owned());
                }
            }
            Deed::Resolve => {}
            Deed::Rename { .. } | Deed::Archive if !actor.is_staff() => return Err("is not staff".to_owned()),
            Deed::Archive => self.rooms[step.room.0].archived = true,
            Deed::Rename { .. } | Deed::Open => {}
        }
        Ok(())
    }

    fn judge_saying(
        &self,
        step: &Step,
        actor: &Character,
        audience: Audience,
        priority: Priority,
    ) -> Result<(), String> {
        let patient = self.patient_of(step.room).map(character).transpose()?;
        if audience == Audience::Team && (patient.is_none() || !(actor.is_staff() || actor.kind == "service")) {
            return Err("notes are the team's, in patients' topics".to_owned());
        }
        if actor.is_patient_side() && (patient.is_none() || priority != Priority::Routine) {
            return Err("patients write in their own topics, in routine".to_owned());
        }
        if audience == Audience::Everyone
            && !actor.is_patient_side()
            && patient.is_some_and(|patient| !patient.can_sign_in)
        {
            return Err("the patient has no active account".to_owned());
        }
        let room = &self.rooms[step.room.0];
        let announces = matches!(
            room.opening,
            Opening::Channel {
                visibility: ChannelVisibility::Announcement,
                ..
            }
        );
        if announces && room.owner != step.actor && !actor.roles.contains(&"administrator") {
            return Err("does not announce".to_owned());
        }
        Ok(())
    }

    fn judge_adding(&self, step: &Step, actor: &Character, person: Login) -> Result<(), String> {
        let room = &self.rooms[step.room.0];
        let by_any_member = match room.opening {
            Opening::Direct { .. } => return Err("two are two".to_owned()),
            Opening::Channel { visibility, .. } => {
                matches!(visibility, ChannelVisibility::Public | ChannelVisibility::Site)
            }
            Opening::Group { .. } => false,
            Opening::General { .. } | Opening::Topic { .. } | Opening::CareRoom { .. } => true,
        };
        if !actor.is_staff() || !(by_any_member || room.owner == step.actor) {
            return Err("does not bring people in there".to_owned());
        }
        fits(&room.opening, character(person)?)
    }

    fn admit(&mut self, room: RoomId, person: Login, history: History) -> Result<(), String> {
        let room = &mut self.rooms[room.0];
        let read = room.messages.len();
        let first = if history == History::Full { 0 } else { read };
        match room.members.insert(person, Member { first, read }) {
            None => Ok(()),
            Some(_) => Err(format!("{person} is in that room already")),
        }
    }

    /// A message that the actor sees in this room, and that was not taken back unless it is only read.
    fn seen(&self, step: &Step, said: Said) -> Result<Spoken, String> {
        let spoken = self.said[said.0]
            .filter(|spoken| spoken.room == step.room)
            .ok_or("points at what was not said yet")?;
        let member = self.rooms[step.room.0]
            .members
            .get(step.actor)
            .copied()
            .unwrap_or_default();
        if !sees(character(step.actor)?, member, &spoken) {
            return Err("points at what they do not see".to_owned());
        }
        let only_reads = matches!(step.deed, Deed::Read { .. } | Deed::Say { .. });
        if spoken.retracted && !only_reads {
            Err("it was taken back".to_owned())
        } else {
            Ok(spoken)
        }
    }
}

/// Whom a room takes in.
fn fits(opening: &Opening, person: &Character) -> Result<(), String> {
    let fits = match (opening, person.kind) {
        (Opening::Direct { .. }, kind) => kind == "staff",
        (_, "staff" | "service") => true,
        (Opening::General { patient } | Opening::Topic { patient, .. }, "patient") => person.login == *patient,
        (Opening::General { patient } | Opening::Topic { patient, .. }, "proxy") => person.proxy_for.contains(patient),
        (
            Opening::Group { .. }
            | Opening::Channel {
                visibility: ChannelVisibility::Partner,
                ..
            },
            "partner",
        ) => true,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{} does not belong in that room", person.login))
    }
}
