//! From the words of a decision table to a view and an envelope: who asks, how they stand to the conversation,
//! what for.
//!
//! The words are explained in `tests/tables/reading.md`. A word that is not known stops the test.

use super::words::{KNOWN_STATES, account, actor, all_kinds, kind_name, named};
use super::{
    BESIDE, COLLEAGUE, CONVERSATION, Case, ELSEWHERE, HERE, NEW, NOW_MS, NURSE, PATIENT, PROXY, colleague, departed,
    head, member, new_message, patient, proxy, session_of, staff, thread,
};
use corridor_domain::audit::Action;
use corridor_domain::command::{Acting, Command, NewConversation};
use corridor_domain::conversation::{Audience, Conversation, History, Kind};
use corridor_domain::event::Priority;
use corridor_domain::ids::{ConversationId, PersonId, SiteId};
use corridor_domain::person::{AccountState, Person, Role, Site};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::session::BreakGlass;

/// One cell of a table, before it is decided.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub action: Action,
    pub kind: &'a str,
    /// Words joined by " + ".
    pub state: &'a str,
    pub who: &'a str,
    pub relation: &'a str,
}

impl Scene<'_> {
    pub(super) fn is(&self, word: &str) -> bool {
        self.words().any(|known| known == word)
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.state.split(" + ").map(str::trim)
    }

    pub fn case(&self) -> Case {
        for word in self.words() {
            assert!(
                KNOWN_STATES.contains(&word) || named(word).is_some(),
                "what is the state '{word}'?"
            );
        }
        let Some(mut actor) = actor(self.who) else {
            let acting = match self.who {
                "operator" => Acting::Operator,
                "clock" => Acting::Clock,
                _ => Acting::Door,
            };
            let nurse = staff(NURSE, Role::Nurse);
            if let Some(command) = self.waiting_command() {
                return self.waiting(Case::from(acting, command), None);
            }
            if let Some(command) = self.coverage_command(NURSE, &nurse) {
                return self.coverage(Case::from(acting, command), None, &nurse);
            }
            let mut case = Case::from(acting, self.account_command(&nurse, &colleague()));
            case.view.founded = !self.is("not founded");
            case.view.actor = (self.who == "door").then(|| staff(NURSE, Role::Nurse));
            return case;
        };
        if self.is("from elsewhere") {
            actor.sites = vec![ELSEWHERE];
        }
        let mut case = match all_kinds().into_iter().find(|kind| kind_name(kind) == self.kind) {
            Some(kind) if self.action == Action::CreateConversation => self.creation(&actor, kind),
            Some(kind) => self.in_conversation(&actor, kind),
            None => self.about_account(&actor),
        };
        if self.is("for somebody else") {
            case.envelope.on_behalf_of = Some(colleague().id);
        }
        case
    }

    fn about_account(&self, actor: &Person) -> Case {
        let another = account(self.kind, actor.id);
        let subject = if self.is("oneself") {
            Some(actor.clone())
        } else {
            another
        };
        let subject = self.standing(subject.unwrap_or_else(colleague));
        if let Some(command) = self.waiting_command() {
            return self.waiting(Case::by(actor, command), Some(actor.id));
        }
        if let Some(command) = self.coverage_command(actor.id, &subject) {
            return self.coverage(Case::by(actor, command), Some(actor), &subject);
        }
        let mut case = Case::by(actor, self.account_command(actor, &subject)).subject(&subject, None);
        if self.is("of the clinic") {
            case.view.subject = None;
        }
        case.view.sessions = vec![session_of(subject.id)];
        case.view.people = vec![colleague(), patient(PATIENT, &[])];
        self.with_sites(case)
    }

    fn account_command(&self, actor: &Person, subject: &Person) -> Command {
        let id = subject.id;
        match self.action {
            Action::FoundWorkspace => Command::FoundWorkspace {
                name: Private::from("Harbor"),
                administrator: Box::new(staff(PersonId(0x78), Role::Administrator)),
            },
            Action::AddSite => Command::AddSite {
                site: Site {
                    id: SiteId(1),
                    name: Private::from("North"),
                },
            },
            Action::AddPerson => Command::AddPerson {
                person: Box::new(subject.clone()),
                general: subject.patient.is_some().then(|| {
                    let kind = Kind::Patient { patient: id };
                    Box::new(NewConversation {
                        kind,
                        ..self.new_conversation(Kind::Group, Vec::new())
                    })
                }),
            },
            Action::ChangeAccountState => Command::ChangeAccountState {
                person: id,
                state: AccountState::Suspended,
            },
            Action::ChangeRoles => Command::ChangeRoles {
                person: id,
                roles: [Role::Billing].into_iter().collect(),
            },
            Action::ChangeCareTeam => Command::ChangeCareTeam {
                person: id,
                care_team: vec![colleague().id],
            },
            Action::ChangeProxyFor => Command::ChangeProxyFor {
                person: id,
                patients: Vec::new(),
            },
            Action::SetPassword => Command::SetPassword {
                person: id,
                credential: Private::from("new hash"),
            },
            Action::SignIn => Command::SignIn {
                session: Box::new(session_of(actor.id)),
                credential: Private::from("hash"),
            },
            Action::FailSignIn => Command::FailSignIn {
                person: Some(id),
                device: Private::default(),
            },
            Action::EndSession => Command::EndSession {
                session: session_of(id).id,
            },
            Action::ChangeOnBehalf => Command::ChangeOnBehalf {
                person: id,
                refuses: true,
            },
            Action::ReadPatients => Command::ReadDirectory { patients: true },
            Action::ReadPeople => Command::ReadDirectory { patients: false },
            Action::ReadAudit => Command::ReadAudit,
            Action::ChangeTemplates => self.template_command(id),
            other => self
                .settings_command(subject)
                .unwrap_or_else(|| panic!("{} needs a kind of conversation, not '{}'", other.code(), self.kind)),
        }
    }

    fn new_conversation(&self, kind: Kind, members: Vec<PersonId>) -> NewConversation {
        let topic = if kind == Kind::Direct {
            Private::default()
        } else {
            Private::from("Topic")
        };
        NewConversation {
            id: NEW,
            kind,
            topic,
            members,
            content_key: Sealed::default(),
        }
    }

    fn creation(&self, actor: &Person, kind: Kind) -> Case {
        let mut people: Vec<Person> = self.words().filter_map(named).collect();
        if kind == Kind::Direct && people.is_empty() {
            people.push(colleague());
        }
        let members: Vec<PersonId> = people.iter().map(|person| person.id).collect();
        if kind.patient().is_some() && !self.is("patient unknown") && !members.contains(&PATIENT) {
            people.push(self.the_patient(actor));
        }
        if kind.is_patient() && !members.contains(&PROXY) {
            people.push(proxy(PROXY, PATIENT));
        }
        let command = Command::CreateConversation(Box::new(self.new_conversation(kind.clone(), members)));
        let mut case = Case::by(actor, command).people(&people);
        case.view.about.switches = self.switches();
        if !matches!(kind, Kind::CareRoom { .. }) {
            return case;
        }
        let beside = Conversation {
            id: BESIDE,
            ..head(thread())
        };
        self.related(case, actor, beside)
    }

    fn in_conversation(&self, actor: &Person, kind: Kind) -> Case {
        let head = Conversation {
            archived: self.is("archived"),
            ..head(kind)
        };
        let mut case = self.related(Case::by(actor, self.conversation_command(actor)), actor, head.clone());
        case.view.target = self.target(actor);
        case.view.pages = vec![self.page(&case.view.about)];
        case.view.safeguards = self.safeguards();
        case.view.identity_check = self.identity_check();
        case.view.task = (self.action != Action::CreateTask).then(|| super::scene_of_tasks::task(None));
        let oneself = matches!(self.action, Action::Join | Action::Leave);
        let subject = if oneself {
            Some(actor.clone())
        } else {
            self.words().find_map(named)
        };
        let mut subject = subject.unwrap_or_else(colleague);
        if self.action == Action::Pin {
            subject = case
                .view
                .about
                .patient
                .clone()
                .unwrap_or_else(|| self.the_patient(actor));
        }
        let membership = match self.action {
            Action::Join | Action::Leave => case.view.about.own.clone(),
            Action::RemoveMember | Action::ChangeOwner | Action::Assign | Action::HandOver => {
                Some(member(&head, &subject))
            }
            _ => None,
        };
        case.view.about.care = head.kind.is_patient().then(|| self.care(actor.id));
        let of_colleague = matches!(self.action, Action::AcceptHandOver | Action::DeclineHandOver);
        case.view.about.holder = Some(if of_colleague { colleague() } else { actor.clone() });
        let case = case.subject(&subject, membership);
        match self.action {
            Action::ConfirmOnBehalf | Action::SendOnBehalf => self.on_behalf(case, actor.id, &subject),
            _ => case,
        }
    }

    /// Puts the actor into their relation to the conversation.
    fn related(&self, case: Case, actor: &Person, mut head: Conversation) -> Case {
        let own = member(&head, actor);
        let mut patient = head.kind.patient().map(|_| self.the_patient(actor));
        let (id, mut own) = (head.id, Some(own));
        let mut until = None;
        match self.relation {
            "member" => {}
            "owner" => head.owner = actor.id,
            "past member" => own = own.map(departed),
            "stranger" | "care team" | "covers" | "covers later" | "covers no longer" => own = None,
            "broke the glass" => (own, until) = (None, Some(NOW_MS + 1)),
            "glass ran out" => (own, until) = (None, Some(NOW_MS)),
            other => panic!("how is '{other}' a relation?"),
        }
        if self.is("before they came") {
            own = own.map(|own| corridor_domain::conversation::Membership { first_seq: 9, ..own });
        }
        if self.relation == "care team"
            && let Some(facts) = patient.as_mut().and_then(|patient| patient.patient.as_mut())
        {
            facts.care_team.push(actor.id);
        }
        let (covers, switches, restriction) = (self.covers(), self.switches(), self.restriction());
        if !covers.is_empty()
            && let Some(facts) = patient.as_mut().and_then(|patient| patient.patient.as_mut())
        {
            facts.care_team.push(COLLEAGUE);
        }
        let person = actor.id;
        let reason = Private::default();
        let glass = until.map(|expires_at_ms| BreakGlass {
            person,
            conversation: id,
            reason,
            expires_at_ms,
        });
        case.about(head, own).change(|view| {
            view.about.patient = patient;
            view.about.break_glass = glass;
            view.about.switches = switches;
            view.about.covers = covers;
            view.about.restriction = restriction;
        })
    }

    fn the_patient(&self, actor: &Person) -> Person {
        let state = match () {
            () if self.is("patient invited") => AccountState::Invited,
            () if self.is("patient suspended") => AccountState::Suspended,
            () => AccountState::Active,
        };
        let sites = if self.is("from elsewhere") {
            vec![HERE]
        } else {
            actor.sites.clone()
        };
        Person {
            state,
            sites,
            ..patient(PATIENT, &[])
        }
    }

    fn conversation_command(&self, actor: &Person) -> Command {
        let conversation: ConversationId = CONVERSATION;
        let subject = self.words().find_map(named).unwrap_or_else(colleague).id;
        let message = |audience| {
            let priority = if self.is("urgent") {
                Priority::Urgent
            } else {
                Priority::Routine
            };
            let reply_to = self.is("reply to a note").then_some(8);
            Box::new(corridor_domain::command::NewMessage {
                priority,
                reply_to,
                ..new_message(audience)
            })
        };
        match self.action {
            Action::Rename => Command::Rename {
                conversation,
                topic: Private::from("Another"),
            },
            Action::Archive => Command::Archive { conversation },
            Action::Reopen => Command::Reopen { conversation },
            Action::ChangeOwner => Command::ChangeOwner {
                conversation,
                owner: subject,
            },
            Action::AddMember => Command::AddMember {
                conversation,
                person: subject,
                history: History::FromNow,
            },
            Action::RemoveMember => Command::RemoveMember {
                conversation,
                person: subject,
            },
            Action::Join => Command::AddMember {
                conversation,
                person: actor.id,
                history: History::Full,
            },
            Action::Leave => Command::RemoveMember {
                conversation,
                person: actor.id,
            },
            Action::Send => Command::Send {
                conversation,
                message: message(Audience::Everyone),
            },
            Action::Schedule => self.schedule(*message(Audience::Everyone)),
            Action::ChangeAttention => self.own_view(),
            Action::CreateTask | Action::ChangeTask | Action::ReadTasks | Action::Pin | Action::ReadPins => {
                self.task_command()
            }
            Action::Label | Action::Unlabel | Action::KeepConfidential => self.restriction_command(),
            Action::MoveMessage => self.moving(),
            Action::AskIdentity | Action::ConfirmIdentity => self.identity_command(actor),
            Action::SendNote => Command::Send {
                conversation,
                message: message(Audience::Team),
            },
            Action::Edit => Command::Edit {
                conversation,
                seq: 8,
                content: Sealed(b"new".to_vec()),
                mentions: Vec::new(),
            },
            Action::Retract => Command::Retract {
                conversation,
                seq: 8,
                reason: Private::default(),
            },
            Action::MarkRead => Command::MarkRead { conversation, seq: 8 },
            Action::ConfirmDelivery => Command::ConfirmDelivery { conversation, seq: 8 },
            Action::Acknowledge => Command::Acknowledge { conversation, seq: 8 },
            Action::Read | Action::BreakGlass => self.look(),
            action => self.care_command(action, subject),
        }
    }
}
