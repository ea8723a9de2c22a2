//! The command line: who does what was said to the program. It ends with 0 done, 1 failed, 2 wrong use.
//!
//! Answers go to standard output, everything else (log, errors) to standard error. Refuses to know how anything is done.

mod arguments;
mod cluster;
mod selftest;
mod workspace;

pub use arguments::{InitArguments, JoinArguments, PlaceArguments};

use crate::config::{Configuration, LogFormat, Settings};
use crate::control::{self, Reply, Request};
use crate::membership::way;
use crate::passwords;
use crate::start::{self, Running, StartError};
use crate::stop::stop_signal;
use crate::{demo, init, join};
use arguments::{Command, DemoArguments, Line, PersonAddArguments, PersonCommand, StatusArguments};
use clap::Parser;
use corridor_protocol::AddPerson;
use corridor_storage::world::{SystemWorld, World};
use futures::FutureExt as _;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// What is logged unless CORRIDOR_LOG says otherwise; and while a command does its one thing.
// Two engines cry over what is as it should be: a request that comes while the node stops, and a torn tail after a kill. What ends
// agreement is reported by the group itself.
const LOG_OF_A_NODE: &str = "warn,openraft=off,raft_engine=error,corridor=info";
const LOG_OF_A_COMMAND: &str = "error";

/// Why the program ends early. Each is one sentence.
#[derive(Debug)]
pub enum Stop {
    /// What was asked for makes no sense; nothing was done.
    WrongUse(String),
    /// It made sense and did not work.
    Failed(String),
}

impl Stop {
    /// How the program ends.
    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::WrongUse(_) => 2,
        }
    }
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => {
            // Help and version come this way too. If nobody listens to the message, the code still tells.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(line)),
        Err(error) => Err(Stop::Failed(format!("the program cannot start its threads: {error}"))),
    };
    let Err(stop) = ended else {
        return ExitCode::SUCCESS;
    };
    let code = stop.code();
    let (Stop::Failed(sentence) | Stop::WrongUse(sentence)) = stop;
    // If standard error is closed, the code still tells.
    let _ = writeln!(std::io::stderr(), "corridor: {sentence}");
    ExitCode::from(code)
}

async fn run(line: Line) -> Result<(), Stop> {
    // Without a command: as if only `demo` had been said.
    let command = line
        .command
        .unwrap_or_else(|| Command::Demo(DemoArguments::parse_from(["corridor"])));
    match command {
        Command::Demo(arguments) => run_demo(arguments).await,
        Command::Init(arguments) => {
            start_log(LogFormat::Plain, LOG_OF_A_COMMAND)?;
            init::run(arguments, &SystemWorld::new()).await
        }
        Command::Join(arguments) => {
            start_log(LogFormat::Plain, LOG_OF_A_COMMAND)?;
            let world = Arc::new(SystemWorld::new());
            let asking: Arc<dyn World> = world.clone();
            let way = async |address: &str, authority, request| way::ask(address, authority, request, asking).await;
            join::run(arguments, world.as_ref(), way).await
        }
        Command::Start { config } => run_node(&config).await,
        Command::Person(PersonCommand::Add(arguments)) => add_person(arguments).await,
        Command::Cluster(command) => cluster::run(command).await,
        Command::Workspace(command) => workspace::run(command).await,
        Command::Status(arguments) => status(arguments).await,
        Command::Selftest(arguments) => selftest::run(arguments).await,
    }
}

async fn run_demo(arguments: DemoArguments) -> Result<(), Stop> {
    if arguments.accounts {
        return say(&format!("{}\n", demo::accounts(&arguments.data)?));
    }
    let settings = Settings::new(arguments.data, arguments.listen, arguments.operations);
    settings
        .check()
        .map_err(|(key, reason)| Stop::WrongUse(format!("--{key}: {reason}")))?;
    start_log(LogFormat::Plain, LOG_OF_A_NODE)?;
    Ok(demo::run(settings).await?)
}

async fn run_node(config: &Path) -> Result<(), Stop> {
    let Configuration { settings, log_format } = configuration(config)?;
    start_log(log_format, LOG_OF_A_NODE)?;
    start::check_papers(&settings)?;
    let stop = stop_signal()?.shared();
    let running = tokio::select! {
        biased;
        // It may wait for other nodes; nothing was served yet.
        () = stop.clone() => return Ok(()),
        running = Running::start(&settings, Arc::new(SystemWorld::new())) => running?,
    };
    let (address, operations) = (running.address()?, running.operations_address());
    tracing::info!(%address, %operations, tls = settings.tls.is_some(), "the node is ready");
    Ok(running.serve(stop).await?)
}

async fn add_person(arguments: PersonAddArguments) -> Result<(), Stop> {
    let data = configuration(&arguments.config)?.settings.data;
    // Asked first whether anybody is there: it would be a pity to type two passwords for nothing.
    ask(&data, &Request::Status).await?;
    let from_stdin = arguments.password_stdin;
    let password = passwords::password(&arguments.administrator, passwords::ADMINISTRATOR, from_stdin, false)?;
    let person_password = match arguments.login.as_str() {
        "" => String::new(),
        login => passwords::password(login, passwords::PERSON, from_stdin, true)?,
    };
    let person = AddPerson {
        kind: arguments.kind,
        name: arguments.name,
        title: arguments.title,
        login: arguments.login,
        password: person_password,
        roles: arguments.roles,
        site_ids: arguments.site_ids,
        mrn: arguments.mrn,
        birth_date: arguments.birth_date,
        care_team: arguments.care_team,
        proxy_for: arguments.proxy_for,
        organization: arguments.organization,
    };
    let request = Request::PersonAdd {
        workspace: arguments.workspace,
        login: arguments.administrator,
        password,
        person: Box::new(person),
    };
    let answer = ask(&data, &request).await?;
    say(&format!("{}\n", answer["person_id"].as_str().unwrap_or_default()))
}

async fn status(arguments: StatusArguments) -> Result<(), Stop> {
    let answer = ask(&data_of(&arguments)?, &Request::Status).await?;
    if arguments.json {
        return say(&format!("{answer}\n"));
    }
    let mut lines = String::new();
    flatten("", &answer, &mut lines);
    say(&lines)
}

fn data_of(arguments: &StatusArguments) -> Result<PathBuf, Stop> {
    match &arguments.data {
        Some(data) => Ok(data.clone()),
        None => Ok(configuration(&arguments.config)?.settings.data),
    }
}

/// `limits.sockets: 4096`, a line each.
fn flatten(name: &str, value: &Value, lines: &mut String) {
    let written = match value {
        Value::Object(fields) => {
            let dot = if name.is_empty() { "" } else { "." };
            fields
                .iter()
                .for_each(|(field, value)| flatten(&format!("{name}{dot}{field}"), value, lines));
            Ok(())
        }
        Value::String(text) => writeln!(lines, "{name}: {text}"),
        value => writeln!(lines, "{name}: {value}"),
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

async fn ask(data: &Path, request: &Request) -> Result<Value, Stop> {
    match control::ask(data, request)
        .await
        .map_err(|error| Stop::Failed(error.to_string()))?
    {
        Reply::Done(answer) => Ok(answer),
        Reply::Refused { code, detail } => Err(Stop::Failed(format!("the node refused: {detail} ({code})"))),
    }
}

fn configuration(file: &Path) -> Result<Configuration, Stop> {
    Configuration::read(file).map_err(|error| Stop::WrongUse(error.to_string()))
}

/// Writes an answer to standard output.
pub fn say(text: &str) -> Result<(), Stop> {
    let mut output = std::io::stdout();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Stop::Failed(format!("the answer cannot be written to standard output: {error}")))
}

fn start_log(format: LogFormat, default: &str) -> Result<(), Stop> {
    let wanted = std::env::var("CORRIDOR_LOG").unwrap_or_else(|_| default.to_owned());
    let filter = EnvFilter::try_new(&wanted).map_err(|error| Stop::WrongUse(format!("CORRIDOR_LOG: {error}")))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Plain => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| Stop::Failed(format!("the log cannot be started: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Line, flatten};
    use clap::CommandFactory;
    use serde_json::json;

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
    }

    #[test]
    fn a_status_is_a_line_for_each_figure() {
        let mut lines = String::new();
        flatten(
            "",
            &json!({ "revision": 7, "version": "0.1.0", "limits": { "sockets": 9 } }),
            &mut lines,
        );
        let mut sorted: Vec<_> = lines.lines().collect();
        sorted.sort_unstable();
        assert_eq!(sorted, ["limits.sockets: 9", "revision: 7", "version: 0.1.0"]);
    }
}
