//! Where the command line gets words from: a terminal without echo, standard input, or the environment.
//!
//! Never an argument: everybody on the machine can read those. Refuses to know what the words open.

use crate::cli::Stop;
use std::io::{BufRead, IsTerminal, Write};

/// The administrator's password, for programs.
pub const ADMINISTRATOR: &str = "CORRIDOR_ADMIN_PASSWORD";
/// The password of a person who is added, for programs.
pub const PERSON: &str = "CORRIDOR_PERSON_PASSWORD";

/// A password: one line of standard input, if wanted; or else from the environment; or else typed, twice where it is new.
pub fn password(whose: &str, variable: &str, from_stdin: bool, is_new: bool) -> Result<String, Stop> {
    let password = match std::env::var(variable) {
        _ if from_stdin => line_of_stdin(whose)?,
        Ok(password) => password,
        Err(std::env::VarError::NotUnicode(_)) => return Err(Stop::WrongUse(format!("{variable} is not text"))),
        Err(std::env::VarError::NotPresent) => typed(whose, variable, is_new)?,
    };
    match password.as_str() {
        "" => Err(Stop::WrongUse(format!("the password of {whose} is empty"))),
        _ => Ok(password),
    }
}

fn line_of_stdin(whose: &str) -> Result<String, Stop> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| {
        Stop::Failed(format!(
            "the password of {whose} cannot be read from standard input: {error}"
        ))
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn typed(whose: &str, variable: &str, is_new: bool) -> Result<String, Stop> {
    let remedy = format!(
        "there is no password of {whose}: type it at a terminal, give it by --password-stdin, or set {variable}"
    );
    if !std::io::stdin().is_terminal() {
        return Err(Stop::WrongUse(remedy));
    }
    let ask = |prompt: String| rpassword::prompt_password(prompt).map_err(|_| Stop::WrongUse(remedy.clone()));
    let password = ask(format!("Password of {whose}: "))?;
    if is_new && ask("The same again: ".to_owned())? != password {
        return Err(Stop::WrongUse(format!("the two passwords of {whose} are not the same")));
    }
    Ok(password)
}

/// What an argument says or, at a terminal, what somebody types.
pub fn argument(given: Option<String>, flag: &str, question: &str) -> Result<String, Stop> {
    let missing = || Stop::WrongUse(format!("{flag} is missing; see `corridor init --help`"));
    let answer = match given {
        Some(given) => given,
        None if std::io::stdin().is_terminal() => {
            let mut screen = std::io::stderr();
            let asked = write!(screen, "{question}: ").and_then(|()| screen.flush());
            let mut line = String::new();
            asked
                .and_then(|()| std::io::stdin().lock().read_line(&mut line))
                .map_err(|_| missing())?;
            line
        }
        None => return Err(missing()),
    };
    let answer = answer.trim();
    if answer.is_empty() {
        Err(missing())
    } else {
        Ok(answer.to_owned())
    }
}
