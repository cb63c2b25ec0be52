//! The load: a program of its own, so that what it costs is not counted as a cost of the service.
//!
//! The measurement starts its own file again with `load` as the first word; the request comes by standard input, the result
//! goes to standard output as one line.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The word that makes this program the load.
pub(super) const WORD: &str = "load";

/// What came of so many requests.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// How many were answered.
    pub(super) count: u64,
    /// How many a second.
    pub(super) rate: f64,
    /// How long half of them took at most, in microseconds.
    pub(super) p50: f64,
    /// How long all but one of a hundred took at most, in microseconds.
    pub(super) p99: f64,
}

/// Loads an address from a program of its own, over so many connections that are kept open.
pub(super) fn from_outside(address: SocketAddr, request: &[u8], connections: usize, time: Duration) -> Outcome {
    let itself = std::env::current_exe().expect("the file of this program");
    let mut load = Command::new(itself)
        .args([
            WORD.to_owned(),
            address.to_string(),
            connections.to_string(),
            time.as_millis().to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a load");
    let mut input = load.stdin.take().expect("its input");
    input.write_all(request).expect("a request");
    drop(input);
    let output = load.wait_with_output().expect("its end");
    assert!(output.status.success(), "the load failed");
    let line = String::from_utf8(output.stdout).expect("a line");
    let mut words = line.split_whitespace();
    let mut number = || {
        words
            .next()
            .and_then(|word| word.parse::<f64>().ok())
            .expect("a number")
    };
    let (rate, p50, p99, count) = (number(), number(), number(), number());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = count as u64;
    Outcome { count, rate, p50, p99 }
}

/// Is the load: the words behind [`WORD`].
pub(super) async fn be(words: &[String]) {
    let words: &[String; 3] = words
        .try_into()
        .expect("an address, a number of connections, and a time");
    let [address, connections, millis] = words;
    let address: SocketAddr = address.parse().expect("an address");
    let connections: usize = connections.parse().expect("a number of connections");
    let time = Duration::from_millis(millis.parse().expect("a time"));
    let mut request = Vec::new();
    std::io::stdin().read_to_end(&mut request).expect("a request");

    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        streams.push(stream);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(one_connection(stream, request.clone(), begun, time)))
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a connection that lives"));
    }
    let elapsed = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| micros(times.get(times.len() * share / 100).copied().unwrap_or_default());
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    let rate = times.len() as f64 / elapsed;
    println!("{rate} {} {} {}", at(50), at(99), times.len());
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Asks again and again, and notes how long each answer took.
async fn one_connection(mut stream: TcpStream, request: Vec<u8>, begun: Instant, time: Duration) -> Vec<Duration> {
    let mut buffer = vec![0; 64 * 1024];
    let mut times = Vec::new();
    while begun.elapsed() < time {
        let asked = Instant::now();
        stream.write_all(&request).await.expect("a request");
        answer(&mut stream, &mut buffer).await;
        times.push(asked.elapsed());
    }
    times
}

/// Reads one answer, which must be 200.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream
            .read(buffer.get_mut(filled..).expect("room"))
            .await
            .expect("an answer");
        assert!(read > 0, "the connection was closed");
        filled += read;
        let text = String::from_utf8_lossy(buffer.get(..filled).unwrap_or_default());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        assert!(head.starts_with("HTTP/1.1 200"), "not answered with 200: {text}");
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let length: usize = length.expect("a length");
        if body.len() >= length {
            return;
        }
    }
}
