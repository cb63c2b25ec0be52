//! A certified OpenID provider, the npm package `oidc-provider`, that stands for Kennisnet.
#![expect(
    clippy::expect_used,
    reason = "a provider that does not start or sends nobody back stops the test"
)]

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use reqwest::{Client, header, redirect::Policy};
use url::Url;

use crate::{client::Ask, skipped};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../interop/oidc-provider");

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The client that it knows.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// Where it wants people back.
    pub back: &'a str,
}

/// The certified provider; it ends with the test.
pub struct Certified {
    /// Its address.
    pub issuer: String,
    process: Child,
    /// Held open: the provider ends when it cannot print.
    _output: BufReader<ChildStdout>,
}

impl Certified {
    /// Starts it with these claims of its pupil in the place of its own, or says why that cannot be done here.
    /// Where interop tests are required, that is a failure.
    pub fn start(client: Registered<'_>, claims: &serde_json::Value) -> Option<Self> {
        let missing = if Command::new("node").arg("--version").output().is_err() {
            "node is not installed"
        } else if !Path::new(PROGRAM).join("node_modules").is_dir() {
            "run `npm ci --ignore-scripts` in tests/interop/oidc-provider"
        } else {
            return Some(Self::run(client, claims));
        };
        assert!(
            env::var("SLUIS_TEST_INTEROP").as_deref() != Ok("required"),
            "interop tests are required: {missing}"
        );
        skipped(&format!("no login at a certified provider was tried: {missing}"));
        None
    }

    fn run(client: Registered<'_>, claims: &serde_json::Value) -> Self {
        let mut tries = (0..3).filter_map(|_| Self::try_to_run(client, claims));
        tries.next().expect("the provider says where it is")
    }

    /// `None` when it does not say where it is: node itself hangs now and then on a machine that is busy.
    fn try_to_run(client: Registered<'_>, claims: &serde_json::Value) -> Option<Self> {
        let mut process = Command::new("node")
            .args([
                "kennisnet.js",
                "--client-id",
                client.id,
                "--client-secret",
                client.secret,
            ])
            .args(["--redirect-uri", client.back, "--claims", &claims.to_string()])
            .current_dir(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let output = process.stdout.take().expect("its output is piped");
        let (told, says) = mpsc::channel();
        let _reader = thread::spawn(move || {
            let (mut output, mut line) = (BufReader::new(output), String::new());
            let read = output.read_line(&mut line);
            told.send(read.map(|_| (line, output)))
        });
        let said = says.recv_timeout(PATIENCE).ok().and_then(Result::ok);
        let issuer = said.and_then(|(line, output)| Some((line.trim().strip_prefix("issuer ")?.to_owned(), output)));
        let Some((issuer, output)) = issuer else {
            end(&mut process);
            return None;
        };
        Some(Self {
            issuer,
            process,
            _output: output,
        })
    }
}

fn end(process: &mut Child) {
    let _ended = process.kill();
    let _reaped = process.wait();
}

impl Drop for Certified {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Goes where a browser would go, cookies included, until a provider sends it to an address that begins with `back`.
pub async fn browse(mut address: Url, back: &str) -> Url {
    let http = Client::builder().redirect(Policy::none()).build();
    let (http, mut cookies) = (http.expect("a client can be made"), BTreeMap::new());
    for _ in 0..10 {
        let jar: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Ask::get(&http, address.as_str()).header(header::COOKIE, jar.join("; "));
        let answer = request.send().await.expect("the provider answers");
        assert!(answer.status().is_redirection(), "{} at {address}", answer.status());
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            let (name, value) = pair.expect("a cookie has a name");
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        address = address.join(location.expect("it leads on")).expect("an address");
        if address.as_str().starts_with(back) {
            return address;
        }
    }
    unreachable!("the provider never sends the browser back")
}
