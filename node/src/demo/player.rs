//! Plays the story: turns its steps into commands and sends them the way every client's commands go.
//!
//! Stands where a roomful of clients would. Command ids follow from the place in the story, so a founding that was
//! cut off is taken up again: what was done is answered once more, the rest is done. Refuses to go on after a
//! refusal: the story is wrong.

use super::clock::DemoWorld;
use super::mention;
use super::people;
use super::script::{Deed, Login, Opening, RoomId, Said, Script, Step};
use corridor_api::failure::Failure;
use corridor_api::service::{Caller, Done, Service};
use corridor_domain::conversation::Place;
use corridor_domain::decide::side_of;
use corridor_domain::ids::{CommandId, ConversationId};
use corridor_domain::private::Private;
use corridor_protocol::{
    self as wire, AddMember, CareStep, ChangeConversation, Command, CreateConversation, EditMessage, SendMessage,
};
use std::collections::HashMap;
use std::sync::Arc;

/// A session is left this long before its end: the script's next step may be minutes away.
const SESSION_MARGIN_MS: u64 = 60_000;
/// How long an offer of the story waits: a visitor has a morning for it.
const OFFER_MINUTES: u32 = 4 * 60;

/// "corridor" in ASCII: marks the ids of the demo's commands.
const COMMAND_MARK: u128 = 0x636f_7272_6964_6f72;

/// The id of the command at that place of that part of the founding.
pub fn command_id(part: u32, place: usize) -> CommandId {
    CommandId((COMMAND_MARK << 64) | (u128::from(part) << 32) | (place as u128))
}

/// What the clinic would be told.
pub fn explained(failure: &Failure) -> String {
    let problem = failure.problem();
    format!("{} ({})", problem.detail, problem.code)
}

/// Everybody who is signed in, and what the story's names stand for on this node.
pub struct Player {
    service: Service,
    world: Arc<DemoWorld>,
    callers: HashMap<Login, Caller>,
    /// Ids of people, by login.
    people: HashMap<Login, String>,
    /// Ids of sites, in the order of `Place::ALL`.
    sites: Vec<String>,
    rooms: Vec<Option<ConversationId>>,
    places: Vec<Option<Place>>,
}

impl Player {
    /// A player over a node whose people are there already.
    pub fn new(service: Service, world: Arc<DemoWorld>, people: HashMap<Login, String>, sites: Vec<String>) -> Self {
        Self {
            service,
            world,
            callers: HashMap::new(),
            people,
            sites,
            rooms: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Plays all steps, as of `now_ms`; reports how many are done.
    pub async fn play(
        &mut self,
        script: &Script,
        steps: &[Step],
        now_ms: u64,
        mut report: impl FnMut(usize),
    ) -> Result<(), String> {
        self.rooms = vec![None; script.rooms.len()];
        self.places = vec![None; script.said_count];
        for (place, opening) in script.rooms.iter().enumerate() {
            if let Opening::General { patient } = opening {
                self.rooms[place] = Some(self.general_of(patient)?);
            }
        }
        for (place, step) in steps.iter().enumerate() {
            // Seconds within the minute, so that not everything happens on the full one.
            let seconds = (place as u64).wrapping_mul(7) % 40;
            self.world.tell((step.when.at_ms(now_ms) + seconds * 1_000).min(now_ms));
            let played = self.play_step(script, step, command_id(3, place)).await;
            played.map_err(|why| format!("{} could not do {:?}: {why}", step.actor, step.deed))?;
            report(place + 1);
        }
        Ok(())
    }

    /// Ends the sessions that the story left open.
    pub async fn sign_everybody_out(&mut self) -> Result<(), String> {
        let now_ms = self.now_ms();
        for (_, caller) in self
            .callers
            .drain()
            .filter(|(_, caller)| caller.session.is_live(now_ms))
        {
            let id = self.service.draw_command_id();
            self.service
                .end_session(&caller, id, caller.session.id)
                .await
                .map_err(|failure| explained(&failure))?;
        }
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        corridor_storage::world::World::now_ms(self.world.as_ref())
    }

    /// The topic that came with the account: the patient's first.
    fn general_of(&self, patient: Login) -> Result<ConversationId, String> {
        let id = self
            .person(patient)?
            .parse()
            .map_err(|_| format!("{patient} has no id"))?;
        let reader = self.service.reader();
        let all = reader.conversations_about(id).map_err(|error| error.to_string())?;
        all.into_iter()
            .min()
            .ok_or_else(|| format!("{patient} has no first topic"))
    }

    /// The id of somebody.
    pub fn person(&self, login: Login) -> Result<String, String> {
        self.people
            .get(login)
            .cloned()
            .ok_or_else(|| format!("nobody is called {login}"))
    }

    fn persons(&self, logins: &[Login]) -> Result<Vec<String>, String> {
        logins.iter().map(|login| self.person(login)).collect()
    }

    /// Signs somebody in, unless they are.
    pub async fn caller(&mut self, login: Login) -> Result<Caller, String> {
        let now_ms = self.now_ms();
        if let Some(caller) = self
            .callers
            .get(login)
            .filter(|caller| caller.session.expires_at_ms > now_ms + SESSION_MARGIN_MS)
        {
            return Ok(caller.clone());
        }
        let caller = signed_in(&self.service, login).await?;
        self.callers.insert(login, caller.clone());
        Ok(caller)
    }

    fn room(&self, room: RoomId) -> Result<ConversationId, String> {
        self.rooms[room.0].ok_or_else(|| "the room is not there yet".to_owned())
    }

    /// The `seq` of a message in the numbering of the one who points at it.
    fn seq(&self, caller: &Caller, said: Said) -> Result<u64, String> {
        let place = self.places[said.0].ok_or("points at what was not said yet")?;
        Ok(place.seq_for(side_of(Some(&caller.person))))
    }

    async fn play_step(&mut self, script: &Script, step: &Step, id: CommandId) -> Result<(), String> {
        let caller = self.caller(step.actor).await?;
        if let Deed::Open = step.deed {
            let request = self.opening(&script.rooms[step.room.0])?;
            let created = self
                .service
                .create_conversation(&caller, id, &request)
                .await
                .map_err(|failure| explained(&failure))?;
            self.rooms[step.room.0] = Some(created.conversation_id.parse().map_err(|_| "no id came back")?);
            return Ok(());
        }
        let room = self.room(step.room)?;
        let change = match step.deed {
            Deed::Rename { topic } => Some(ChangeConversation {
                topic: Some(topic.to_owned()),
                ..ChangeConversation::default()
            }),
            Deed::HandOver { to } => Some(ChangeConversation {
                owner_id: Some(self.person(to)?),
                ..ChangeConversation::default()
            }),
            Deed::Archive => Some(ChangeConversation {
                state: Some("archived".to_owned()),
                ..ChangeConversation::default()
            }),
            _ => None,
        };
        let added = match step.deed {
            Deed::Add { person, history } => Some(AddMember {
                person_id: self.person(person)?,
                history,
            }),
            Deed::Join => Some(AddMember {
                person_id: caller.person.id.to_string(),
                history: wire::History::Full,
            }),
            _ => None,
        };
        let done = if let Some(change) = change {
            self.service.change_conversation(&caller, id, room, &change).await
        } else if let Some(added) = added {
            self.service.add_member(&caller, id, room, &added).await
        } else if let Deed::Leave = step.deed {
            self.service.remove_member(&caller, id, room, caller.person.id).await
        } else {
            let command = self.command(&caller, room, step)?;
            self.service.command(&caller, id, &command).await
        };
        let done = done.map_err(|failure| explained(&failure))?;
        if let Deed::Say { said, .. } = step.deed {
            self.places[said.0] = Some(self.place_of(&caller, room, &done)?);
        }
        Ok(())
    }

    fn command(&self, caller: &Caller, room: ConversationId, step: &Step) -> Result<Command, String> {
        let conversation_id = room.to_string();
        Ok(match step.deed {
            Deed::Say {
                text,
                audience,
                priority,
                answers,
                ..
            } => {
                let (body, mentions) = mention::spelled_out(text, &self.people)?;
                let reply_to = answers.map(|said| self.seq(caller, said)).transpose()?;
                Command::SendMessage {
                    conversation_id,
                    message: SendMessage {
                        body,
                        audience,
                        priority,
                        reply_to,
                        mentions,
                        on_behalf: None,
                        seen_seq: None,
                        read_by_ms: None,
                        check_patient: false,
                    },
                }
            }
            Deed::Edit { said, text } => {
                let (body, mentions) = mention::spelled_out(text, &self.people)?;
                Command::EditMessage {
                    conversation_id,
                    seq: self.seq(caller, said)?,
                    edit: EditMessage {
                        body,
                        mentions,
                        check_patient: false,
                    },
                }
            }
            Deed::Retract { said, reason } => Command::RetractMessage {
                conversation_id,
                seq: self.seq(caller, said)?,
                reason: reason.to_owned(),
            },
            Deed::Acknowledge { said } => Command::Acknowledge {
                conversation_id,
                seq: self.seq(caller, said)?,
            },
            Deed::Read { said } => Command::MarkRead {
                conversation_id,
                seq: self.seq(caller, said)?,
            },
            Deed::Take | Deed::Offer { .. } | Deed::Resolve => Command::Care {
                conversation_id,
                step: self.care_step(&step.deed)?,
            },
            _ => return Err("is no command about messages".to_owned()),
        })
    }

    fn care_step(&self, deed: &Deed) -> Result<CareStep, String> {
        Ok(match *deed {
            Deed::Offer { to } => CareStep::HandOver {
                to_id: self.person(to)?,
                minutes: Some(OFFER_MINUTES),
            },
            Deed::Resolve => CareStep::Resolve,
            _ => CareStep::Take { from_id: None },
        })
    }

    /// Where a message stands in both numberings; its author only hears of their own.
    fn place_of(&self, caller: &Caller, room: ConversationId, done: &Done) -> Result<Place, String> {
        let event = self
            .service
            .reader()
            .event_for(room, side_of(Some(&caller.person)), done.seq);
        let event = event
            .map_err(|error| error.to_string())?
            .ok_or("the message is not where it was said to be")?;
        Ok(event.place)
    }

    fn opening(&self, opening: &Opening) -> Result<CreateConversation, String> {
        Ok(match *opening {
            Opening::Direct { with } => CreateConversation::Direct {
                person_id: self.person(with)?,
            },
            Opening::Group { topic, members } => CreateConversation::Group {
                topic: topic.to_owned(),
                member_ids: self.persons(members)?,
            },
            Opening::Channel {
                name,
                visibility,
                site,
                phi,
                members,
            } => CreateConversation::Channel {
                topic: name.to_owned(),
                visibility,
                site_id: site
                    .and_then(|site| people::Place::ALL.iter().position(|place| *place == site))
                    .map(|at| self.sites[at].clone()),
                phi_allowed: phi,
                member_ids: self.persons(members)?,
            },
            Opening::Topic { patient, topic } => CreateConversation::Patient {
                patient_id: self.person(patient)?,
                topic: topic.to_owned(),
                reason: None,
                to_id: None,
                confidential: false,
            },
            Opening::CareRoom { beside, topic } => CreateConversation::CareRoom {
                beside_id: self.room(beside)?.to_string(),
                topic: topic.to_owned(),
            },
            Opening::General { .. } => return Err("comes with the account".to_owned()),
        })
    }
}

/// A session of somebody who is stored; their password needs no checking here.
pub async fn signed_in(service: &Service, login: Login) -> Result<Caller, String> {
    let person = service
        .reader()
        .person_by_login(login)
        .map_err(|error| error.to_string())?;
    let person = person.ok_or_else(|| format!("nobody is called {login}"))?;
    let device = if person.is_patient_side() {
        "Phone, patient portal"
    } else {
        "Clinic workstation"
    };
    let signed_in = service
        .begin_session(&person, Private::new(device))
        .await
        .map_err(|failure| explained(&failure))?;
    service
        .authenticate(&signed_in.token)
        .await
        .map_err(|failure| explained(&failure))
}
