//! The language in which the demo's story is written: rooms, and who says and does what in them, when.
//!
//! `room.day(3); room.says("09:12", "raman", "…")`. Stands between the scenes (channels, patients, directs) and the
//! player, which turns steps into commands. Refuses to know whether a step is allowed: that is the node's business,
//! and the model's in tests.

use super::calendar::When;
use corridor_protocol::{Audience, ChannelVisibility, History, Priority};

/// Who: a sign-in name of the cast.
pub type Login = &'static str;

/// A room of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(pub usize);

/// A message of the story: what later steps point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Said(pub usize);

/// How a room comes to be.
#[derive(Debug, Clone, Copy)]
pub enum Opening {
    /// Two members of staff.
    Direct {
        /// The other one.
        with: Login,
    },
    /// Made on the spot.
    Group {
        /// What it is about.
        topic: &'static str,
        /// Who belongs to it.
        members: &'static [Login],
    },
    /// A named room.
    Channel {
        /// Its name.
        name: &'static str,
        /// Who finds it.
        visibility: ChannelVisibility,
        /// Of which location.
        site: Option<super::people::Place>,
        /// Whether patient information may be written in it.
        phi: bool,
        /// Who belongs to it.
        members: &'static [Login],
    },
    /// The topic that came with the patient's account.
    General {
        /// Whose.
        patient: Login,
    },
    /// A further topic of a patient.
    Topic {
        /// Whose.
        patient: Login,
        /// What it is about.
        topic: &'static str,
    },
    /// Staff beside a patient's topic.
    CareRoom {
        /// Which topic.
        beside: RoomId,
        /// What it is about.
        topic: &'static str,
    },
}

/// What somebody does.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// Makes the room.
    Open,
    /// Writes a message.
    Say {
        /// Its name in the story.
        said: Said,
        /// What it says; `@login` and `@role` mention.
        text: &'static str,
        /// Who sees it.
        audience: Audience,
        /// How urgent.
        priority: Priority,
        /// The message it answers.
        answers: Option<Said>,
    },
    /// Gives a message a new version.
    Edit {
        /// Which.
        said: Said,
        /// What it says now.
        text: &'static str,
    },
    /// Takes a message back.
    Retract {
        /// Which.
        said: Said,
        /// Why.
        reason: &'static str,
    },
    /// "I have it."
    Acknowledge {
        /// Which.
        said: Said,
    },
    /// Has read up to and with that message.
    Read {
        /// Which.
        said: Said,
    },
    /// Brings somebody in.
    Add {
        /// Whom.
        person: Login,
        /// What they see of the time before.
        history: History,
    },
    /// Comes in.
    Join,
    /// Goes out.
    Leave,
    /// Gives the room a new name.
    Rename {
        /// Which.
        topic: &'static str,
    },
    /// Makes somebody else the owner.
    HandOver {
        /// Whom.
        to: Login,
    },
    /// Puts the room away.
    Archive,
    /// Answers for the patient's topic from now on.
    Take,
    /// Asks somebody to answer for it.
    Offer {
        /// Whom.
        to: Login,
    },
    /// Calls it done.
    Resolve,
}

/// One step of the story.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// When.
    pub when: When,
    /// Who.
    pub actor: Login,
    /// Where.
    pub room: RoomId,
    /// What.
    pub deed: Deed,
}

/// The story, as far as it was written.
#[derive(Debug, Default)]
pub struct Script {
    /// How each room comes to be.
    pub rooms: Vec<Opening>,
    /// What happens, room by room.
    pub steps: Vec<Step>,
    /// Messages so far.
    pub said_count: usize,
    /// What cannot be told: a time that is none.
    pub faults: Vec<String>,
}

impl Script {
    /// A room that somebody opens so many working days ago; its pen stands at that day.
    pub fn open(&mut self, days_ago: u16, time: &str, creator: Login, opening: Opening) -> Pen<'_> {
        let mut pen = self.pen(opening, Some(days_ago));
        pen.step(time, creator, Deed::Open);
        pen
    }

    /// The topic that every patient has from the start.
    pub fn general(&mut self, patient: Login) -> Pen<'_> {
        self.pen(Opening::General { patient }, None)
    }

    fn pen(&mut self, opening: Opening, day: Option<u16>) -> Pen<'_> {
        let room = RoomId(self.rooms.len());
        self.rooms.push(opening);
        Pen {
            script: self,
            room,
            day,
        }
    }
}

/// Writes in one room.
#[derive(Debug)]
pub struct Pen<'a> {
    script: &'a mut Script,
    room: RoomId,
    day: Option<u16>,
}

impl Pen<'_> {
    /// The room it writes in.
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// What follows is so many working days ago; times are "09:12".
    pub fn day(&mut self, working_days_ago: u16) {
        self.day = Some(working_days_ago);
    }

    /// What follows is today; times are "14 min ago".
    pub fn today(&mut self) {
        self.day = None;
    }

    /// A message.
    pub fn says(&mut self, time: &str, who: Login, text: &'static str) -> Said {
        self.say(time, who, text, Audience::Everyone, Priority::Routine, None)
    }

    /// A message marked urgent.
    pub fn urgent(&mut self, time: &str, who: Login, text: &'static str) -> Said {
        self.say(time, who, text, Audience::Everyone, Priority::Urgent, None)
    }

    /// A message marked stat.
    pub fn stat(&mut self, time: &str, who: Login, text: &'static str) -> Said {
        self.say(time, who, text, Audience::Everyone, Priority::Stat, None)
    }

    /// An internal note in a patient's topic.
    pub fn notes(&mut self, time: &str, who: Login, text: &'static str) -> Said {
        self.say(time, who, text, Audience::Team, Priority::Routine, None)
    }

    /// A reply to that message.
    pub fn answers(&mut self, said: Said, time: &str, who: Login, text: &'static str) -> Said {
        self.say(time, who, text, Audience::Everyone, Priority::Routine, Some(said))
    }

    /// A new version.
    pub fn edits(&mut self, said: Said, time: &str, who: Login, text: &'static str) {
        self.step(time, who, Deed::Edit { said, text });
    }

    /// Taking back.
    pub fn retracts(&mut self, said: Said, time: &str, who: Login, reason: &'static str) {
        self.step(time, who, Deed::Retract { said, reason });
    }

    /// "I have it."
    pub fn acknowledges(&mut self, said: Said, time: &str, who: Login) {
        self.step(time, who, Deed::Acknowledge { said });
    }

    /// Bringing in.
    pub fn adds(&mut self, time: &str, who: Login, person: Login, history: History) {
        self.step(time, who, Deed::Add { person, history });
    }

    /// Coming in.
    pub fn joins(&mut self, time: &str, who: Login) {
        self.step(time, who, Deed::Join);
    }

    /// Going out.
    pub fn leaves(&mut self, time: &str, who: Login) {
        self.step(time, who, Deed::Leave);
    }

    /// A new name.
    pub fn renames(&mut self, time: &str, who: Login, topic: &'static str) {
        self.step(time, who, Deed::Rename { topic });
    }

    /// A new owner.
    pub fn hands_over(&mut self, time: &str, who: Login, to: Login) {
        self.step(time, who, Deed::HandOver { to });
    }

    /// Putting away.
    pub fn archives(&mut self, time: &str, who: Login) {
        self.step(time, who, Deed::Archive);
    }

    /// Answering for it from now on.
    pub fn takes(&mut self, time: &str, who: Login) {
        self.step(time, who, Deed::Take);
    }

    /// Asking somebody to answer for it.
    pub fn offers(&mut self, time: &str, who: Login, to: Login) {
        self.step(time, who, Deed::Offer { to });
    }

    /// Calling it done.
    pub fn resolves(&mut self, time: &str, who: Login) {
        self.step(time, who, Deed::Resolve);
    }

    fn say(
        &mut self,
        time: &str,
        who: Login,
        text: &'static str,
        audience: Audience,
        priority: Priority,
        answers: Option<Said>,
    ) -> Said {
        let said = Said(self.script.said_count);
        self.script.said_count += 1;
        self.step(
            time,
            who,
            Deed::Say {
                said,
                text,
                audience,
                priority,
                answers,
            },
        );
        said
    }

    fn step(&mut self, time: &str, actor: Login, deed: Deed) {
        match When::parse(time, self.day) {
            Some(when) => self.script.steps.push(Step {
                when,
                actor,
                room: self.room,
                deed,
            }),
            None => self
                .script
                .faults
                .push(format!("{actor} at {time:?}, day {:?}: no time", self.day)),
        }
    }
}
