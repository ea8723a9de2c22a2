//! What lies on the desks when a visitor comes in: the clinic's templates, tasks with their times, something pinned to a chart, a label.
//!
//! Laid out after the story was played, by people of the story, under command ids of its own. Refuses to go on after a refusal.

use super::people::by_login;
use super::player::{Player, command_id, explained};
use super::script::Login;
use corridor_api::failure::Failure;
use corridor_api::service::Service;
use corridor_domain::ids::ConversationId;
use corridor_protocol as wire;

const HOUR_MS: u64 = 60 * 60 * 1000;
/// Which part of the founding it is, for command ids.
const PART: u32 = 10;

const TEMPLATES: &[(&str, &str)] = &[
    (
        "Appointment confirmed",
        "Dear {patient.name}, your visit on {date} at {time} is confirmed. Please bring your insurance card. {me.name}, {clinic.name}",
    ),
    (
        "Refill ready",
        "Hello {patient.first_name}, your refill of {drug} is at the {pharmacy} now. {me.name}",
    ),
    (
        "Results normal",
        "Hello {patient.first_name}, your results of {date} are all within the normal range. Nothing needs to change. {me.name}",
    ),
];

struct Lying {
    by: Login,
    patient: Login,
    topic: &'static str,
    title: &'static str,
    to: To,
    due_in_h: Option<u64>,
    is_done: bool,
}

enum To {
    Person(Login),
    Role(&'static str),
}

const TASKS: &[Lying] = &[
    Lying {
        by: "jonas",
        patient: "marta.garcia",
        topic: "Blood pressure at home",
        title: "Decide about the ankles: back to 5 mg?",
        to: To::Person("raman"),
        due_in_h: Some(2),
        is_done: false,
    },
    Lying {
        by: "jonas",
        patient: "n.garcia",
        topic: "General",
        title: "Ask for her new email at check-in, then invite her again",
        to: To::Role("front_desk"),
        due_in_h: Some(30),
        is_done: false,
    },
    Lying {
        by: "lindqvist",
        patient: "stone",
        topic: "After the hospital: potassium",
        title: "Potassium again on Thursday",
        to: To::Person("brooks"),
        due_in_h: Some(20),
        is_done: false,
    },
    Lying {
        by: "sam",
        patient: "garcia",
        topic: "Billing question: statement from the spring",
        title: "Take the second co-pay off line 3",
        to: To::Role("billing"),
        due_in_h: None,
        is_done: true,
    },
];

/// Lays everything out, as of `now_ms`.
pub async fn lay_out(service: &Service, player: &mut Player, now_ms: u64) -> Result<(), String> {
    for (number, (name, body)) in TEMPLATES.iter().enumerate() {
        let template = wire::SaveTemplate {
            name: (*name).to_owned(),
            body: (*body).to_owned(),
            shared: true,
        };
        let teo = player.caller("teo").await?;
        let saved = service.save_template(&teo, command_id(PART, number), None, &template);
        saved.await.map_err(refused("a template"))?;
    }
    for (number, task) in TASKS.iter().enumerate() {
        lay_task(service, player, 10 + 2 * number, task, now_ms).await?;
    }
    pin(service, player, 40).await?;
    let haddad = topic(service, player, "haddad", "Nausea in early pregnancy")?;
    let park = player.caller("park").await?;
    let step = wire::RestrictionStep::Label {
        sensitivity: Some(wire::Sensitivity::StateLaw),
    };
    let labelled = service.restrict(&park, command_id(PART, 50), haddad, &step).await;
    labelled.map(drop).map_err(refused("a label"))
}

async fn lay_task(
    service: &Service,
    player: &mut Player,
    place: usize,
    lying: &Lying,
    now_ms: u64,
) -> Result<(), String> {
    let by = player.caller(lying.by).await?;
    let about = topic(service, player, lying.patient, lying.topic)?;
    let task = wire::CreateTask {
        title: lying.title.to_owned(),
        assignee: match lying.to {
            To::Person(login) => wire::Assignee::Person {
                person_id: player.person(login)?,
            },
            To::Role(role) => wire::Assignee::Role { role: role.to_owned() },
        },
        due_at_ms: lying.due_in_h.map(|hours| now_ms + hours * HOUR_MS),
        seq: None,
    };
    let made = service.create_task(&by, command_id(PART, place), about, &task).await;
    let made = made.map_err(refused("a task"))?;
    if lying.is_done {
        let id = command_id(PART, place + 1);
        let done = service.change_task(&by, id, &made.task_id, &wire::TaskStep::Complete);
        done.await.map_err(refused("a task's end"))?;
    }
    Ok(())
}

/// What was decided about Marta Garcia's blood pressure, where it was written.
async fn pin(service: &Service, player: &mut Player, place: usize) -> Result<(), String> {
    let raman = player.caller("raman").await?;
    let about = topic(service, player, "marta.garcia", "Blood pressure at home")?;
    let marta = by_login("marta.garcia").ok_or("Marta Garcia is not there")?;
    let head = service
        .reader()
        .conversation(about)
        .map_err(|error| error.to_string())?;
    let last_seq = head.map_or(0, |head| head.last.seq);
    let events = service.reader().messages_newest_first(about, 1, last_seq);
    let mut seqs = Vec::new();
    for event in events {
        let event = event.map_err(|error| error.to_string())?;
        if event.actor == raman.person.id {
            seqs.insert(0, event.place.seq);
        }
    }
    let request = wire::CreatePin {
        patient_id: player.person("marta.garcia")?,
        mrn: marta.mrn.to_owned(),
        birth_date: marta.birth_date.to_owned(),
        seqs,
        summary: "A week at home: 144/80 on average. Amlodipine from 5 to 10 mg; she watches her ankles.".to_owned(),
    };
    let pinned = service.pin(&raman, command_id(PART, place), about, &request).await;
    pinned.map(drop).map_err(refused("a pin"))
}

fn topic(service: &Service, player: &Player, patient: Login, topic: &str) -> Result<ConversationId, String> {
    let id = player.person(patient)?;
    let id = id.parse().map_err(|_| format!("{patient} has no id"))?;
    let reader = service.reader();
    for about in reader.conversations_about(id).map_err(|error| error.to_string())? {
        let head = reader.conversation(about).map_err(|error| error.to_string())?;
        if head.is_some_and(|head| head.topic.expose() == topic && head.kind.is_patient()) {
            return Ok(about);
        }
    }
    Err(format!("{patient} has no topic {topic:?}"))
}

fn refused(what: &'static str) -> impl Fn(Failure) -> String {
    move |failure| format!("{what}: {}", explained(&failure))
}
