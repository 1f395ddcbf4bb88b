//! A server of a few lines: it reads whole requests, keeps what was asked, and answers what a test says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// By their names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Everything that was asked so far, without the bodies that are no text.
pub(crate) type Asked = Arc<Mutex<Vec<Request>>>;

impl Answer {
    pub(crate) fn status(status: &'static str) -> Self {
        Self::of(status, "")
    }

    pub(crate) fn of(status: &'static str, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    }
}

/// Answers every request until the tests end. The address, and what is asked.
pub(crate) fn serve(
    answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (String, Asked) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", server.local_addr().unwrap());
    let (asked, answer) = (Asked::default(), Arc::new(answer));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in server.incoming().map_while(Result::ok) {
            let (answer, asked) = (Arc::clone(&answer), Arc::clone(&asked));
            std::thread::spawn(move || {
                // one who has connected and gone away again has asked nothing
                let Some(mut request) = read(&stream) else {
                    return;
                };
                let answer = answer(&request);
                if String::from_utf8(request.body.clone()).is_err() {
                    request.body.clear();
                }
                let is_head = request.method == "HEAD";
                asked.lock().unwrap().push(request);
                write(stream, is_head, &answer);
            });
        }
    });
    (endpoint, kept)
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request = Request {
        method: words.next()?,
        target: words.next()?,
        ..Request::default()
    };
    for line in reader.by_ref().lines().map_while(Result::ok) {
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        request
            .headers
            .insert(name.to_lowercase(), value.to_owned());
    }
    let length = request.headers.get("content-length");
    request.body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn write(mut stream: TcpStream, is_head: bool, answer: &Answer) {
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    if !is_head {
        write!(head, "content-length: {}\r\n", answer.body.len()).unwrap();
    }
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    if !is_head {
        let _ = stream.write_all(&answer.body);
    }
}
