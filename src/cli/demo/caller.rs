//! A program of the story that calls the API, and what it expects.

use serde_json::Value;
use sluis_stand_ins::program::{Program, ProgramError};

/// Why the story stopped.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// A call was answered in another way than it must be.
    #[error("`{asked}` was answered with {status} and not with {expected}: {answer}")]
    Unexpected {
        /// Method and path.
        asked: String,
        /// The status that had to come.
        expected: u16,
        /// The status that came.
        status: u16,
        /// The body that came.
        answer: Value,
    },
    /// An answer lacks what it must have, or has what it must not.
    #[error("{0}")]
    Wrong(String),
    /// A program cannot do what it wants.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A login did not end.
    #[error(transparent)]
    Login(#[from] sluis_stand_ins::supplier::LoginError),
    /// The stand-in of Kennisnet cannot be started.
    #[error("the stand-in of Kennisnet cannot be started")]
    Kennisnet(#[from] sluis_stand_ins::kennisnet::KennisnetError),
    /// A line cannot be written.
    #[error("the output is gone")]
    Output(#[from] std::io::Error),
}

/// Something that must be so for the story to go on.
pub(super) fn must(holds: bool, what: &str) -> Result<(), StoryError> {
    if holds {
        Ok(())
    } else {
        Err(StoryError::Wrong(what.to_owned()))
    }
}

/// A program with a token.
pub(super) struct Caller<'a> {
    base: &'a str,
    http: &'a reqwest::Client,
    token: String,
}

impl<'a> Caller<'a> {
    /// A program with a fresh token, bound to a school and purpose if they are named.
    pub(super) async fn with_token(
        base: &'a str,
        program: &'a Program,
        client_id: &str,
        bound: Option<(&str, &str)>,
    ) -> Result<Self, StoryError> {
        let token = program.token(base, client_id, bound).await?;
        Ok(Self {
            base,
            http: program.http(),
            token,
        })
    }

    /// Posts, and expects this status.
    pub(super) async fn post(&self, path: &str, body: &Value, expected: u16) -> Result<Value, StoryError> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        self.send(format!("POST {path}"), request, expected).await
    }

    /// Gets, and expects 200.
    pub(super) async fn get(&self, path: &str) -> Result<Value, StoryError> {
        let request = self.http.get(format!("{}{path}", self.base));
        self.send(format!("GET {path}"), request, 200).await
    }

    async fn send(&self, asked: String, request: reqwest::RequestBuilder, expected: u16) -> Result<Value, StoryError> {
        let response = request
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(ProgramError::from)?;
        let status = response.status().as_u16();
        let answer = response.json().await.unwrap_or(Value::Null);
        if status == expected {
            Ok(answer)
        } else {
            Err(StoryError::Unexpected {
                asked,
                expected,
                status,
                answer,
            })
        }
    }
}

/// The text at a JSON pointer.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, StoryError> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| StoryError::Wrong(format!("the answer has no text at `{pointer}`")))
}

/// The list at a JSON pointer.
pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> Result<&'v [Value], StoryError> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| StoryError::Wrong(format!("the answer has no list at `{pointer}`")))
}
