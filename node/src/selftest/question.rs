//! Questions to a node that are asked until they are answered: for everything of a selftest that is not measured.
//!
//! Stands above one connection. Refuses to know what is asked.

use super::client::{Connection, Endpoint, Question};
use super::failure::{CannotRun, Outcome};
use corridor_domain::limits;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_millis(limits::SELFTEST_PATIENCE_MS);

/// Where questions are asked at one node.
pub struct Desk {
    endpoint: Endpoint,
    connection: Option<Connection>,
}

impl Desk {
    /// At that node.
    pub fn at(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            connection: None,
        }
    }

    /// Reads something as that person.
    pub async fn get(&mut self, path: &str, token: &str) -> Outcome<Value> {
        let question = || Question {
            token: Some(token),
            ..Question::default()
        };
        self.insist(&Method::GET, path, question, 200).await
    }

    /// Asks the same, under the same command id, until the node answers as expected or refuses for good.
    pub async fn insist<'a>(
        &mut self,
        method: &Method,
        path: &str,
        question: impl Fn() -> Question<'a>,
        expected: u16,
    ) -> Outcome<Value> {
        let mut last = CannotRun(format!("{method} {path} was not answered in time"));
        let asking = async {
            loop {
                match self.try_once(method, path, question(), expected).await {
                    Ok(Ok(value)) => return Ok(value),
                    Ok(Err(refused)) => return Err(refused),
                    Err(passing) => last = passing,
                }
                sleep(AGAIN).await;
            }
        };
        let asked = timeout(PATIENCE, asking).await;
        asked.unwrap_or(Err(last))
    }

    /// One try. The outer failure is one that passes.
    async fn try_once(
        &mut self,
        method: &Method,
        path: &str,
        question: Question<'_>,
        expected: u16,
    ) -> Outcome<Outcome<Value>> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.endpoint).await?,
        };
        let answer = connection.ask(method.clone(), path, question).await?;
        self.connection = Some(connection);
        let is_passing = matches!(answer.status, 429 | 503);
        let answered = answer.body_of(expected);
        match answered {
            Err(passing) if is_passing => Err(passing),
            answered => Ok(answered),
        }
    }
}
