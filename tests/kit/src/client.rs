//! The client of the tests: that of `reqwest`, which leaves a trail of what it asks and what comes back.

use std::fmt::Display;

use reqwest::{
    Body, Client, RequestBuilder, Response,
    header::{HeaderName, HeaderValue},
};
use serde::Serialize;

use crate::trail;

/// A request that is not sent yet.
#[must_use]
#[derive(Debug)]
pub struct Ask(RequestBuilder);

impl Ask {
    /// A `GET`.
    pub fn get(client: &Client, url: &str) -> Self {
        Self(client.get(url))
    }

    /// A `POST`.
    pub fn post(client: &Client, url: &str) -> Self {
        Self(client.post(url))
    }

    /// With another header.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        <HeaderName as TryFrom<K>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        Self(self.0.header(name, value))
    }

    /// With a token.
    pub fn bearer_auth(self, token: impl Display) -> Self {
        Self(self.0.bearer_auth(token))
    }

    /// With parameters in the query.
    pub fn query(self, query: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.query(query))
    }

    /// With a body of JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(body))
    }

    /// With a form as body.
    pub fn form(self, form: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.form(form))
    }

    /// With this body.
    pub fn body(self, body: impl Into<Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Sends it.
    ///
    /// # Errors
    /// As [`RequestBuilder::send`].
    pub async fn send(self) -> reqwest::Result<Response> {
        let (client, request) = self.0.build_split();
        let request = request?;
        trail::asked(&request);
        trail::answered(client.execute(request).await?).await
    }
}
