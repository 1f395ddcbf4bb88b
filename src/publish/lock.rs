//! One run of a date at a time, on any store that can create an object only if it is not there.
//!
//! A lock is the object with the highest number. Whoever creates the next number has it; a holder that is dead, or has
//! not been heard of for a while, is passed over in the same way, and learns of it before it commits.

use crate::error::{Error, Result};
use crate::store::Location;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// A holder unheard of for so long is taken for dead.
const PATIENCE: Duration = Duration::from_mins(5);

/// How often a holder is heard of.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// How often one who waits looks again.
const LOOK: Duration = Duration::from_millis(200);

/// A lock that is held.
#[derive(Debug)]
pub struct Lock {
    folder: Location,
    number: u64,
    heartbeat: JoinHandle<()>,
}

/// Who holds a lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    run_id: String,
    host: String,
    process: u32,
    /// Start of the process, in the machine's own count: a process id alone is used again.
    process_started: Option<u64>,
    heard_of_seconds: u64,
}

impl Lock {
    /// The lock on `what`, waited for at most `patience`.
    ///
    /// # Errors
    /// [`Error::Locked`] when it stays held; [`Error::Store`].
    pub async fn acquire(
        output: &Location,
        what: &str,
        run_id: &str,
        patience: Duration,
    ) -> Result<Self> {
        let folder = output.child("locks").child(what);
        let until = Instant::now() + patience;
        loop {
            let numbers = numbers(&folder).await?;
            let holder = match numbers.last() {
                Some(number) => read(&folder, *number).await?,
                None => None,
            };
            match holder {
                Some(holder) if holder.is_alive() => {
                    if Instant::now() >= until {
                        let holder = format!(
                            "run {} on {}, process {}",
                            holder.run_id, holder.host, holder.process
                        );
                        return Err(Error::Locked {
                            what: what.to_owned(),
                            holder,
                        });
                    }
                    sleep(LOOK).await;
                }
                _ => {
                    let number = numbers.last().map_or(1, |last| last + 1);
                    if let Some(lock) = Self::take(&folder, number, run_id).await? {
                        for old in numbers {
                            place(&folder, old).delete().await?;
                        }
                        return Ok(lock);
                    }
                }
            }
        }
    }

    async fn take(folder: &Location, number: u64, run_id: &str) -> Result<Option<Self>> {
        let place = place(folder, number);
        let holder = Holder::me(run_id);
        let created = place
            .create(holder.text())
            .await
            .map_err(|source| place.failed("write", source))?;
        Ok(created.then(|| {
            let heartbeat = tokio::spawn(keep_alive(place, holder.run_id));
            Self {
                folder: folder.clone(),
                number,
                heartbeat,
            }
        }))
    }

    /// Whether nobody has taken the lock over.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn is_mine(&self) -> Result<bool> {
        Ok(numbers(&self.folder).await?.last() == Some(&self.number))
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn release(self) -> Result<()> {
        self.heartbeat.abort();
        place(&self.folder, self.number).delete().await
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

impl Holder {
    fn me(run_id: &str) -> Self {
        let process = std::process::id();
        Self {
            run_id: run_id.to_owned(),
            host: host(),
            process,
            process_started: process_started(process),
            heard_of_seconds: now_seconds(),
        }
    }

    fn text(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn is_alive(&self) -> bool {
        let is_here = self.host == host() && self.process_started.is_some();
        let is_recent = now_seconds() < self.heard_of_seconds + PATIENCE.as_secs();
        is_recent && (!is_here || process_started(self.process) == self.process_started)
    }
}

async fn keep_alive(place: Location, run_id: String) {
    loop {
        sleep(HEARTBEAT).await;
        // A heartbeat that is lost is made good by the next one.
        let _ = place.write(Holder::me(&run_id).text()).await;
    }
}

fn place(folder: &Location, number: u64) -> Location {
    folder.child(&format!("{number:09}.json"))
}

async fn numbers(folder: &Location) -> Result<Vec<u64>> {
    let objects = folder.list().await?;
    let names = objects
        .iter()
        .filter_map(|object| object.location.filename());
    Ok(names
        .filter_map(|name| name.strip_suffix(".json")?.parse().ok())
        .collect())
}

async fn read(folder: &Location, number: u64) -> Result<Option<Holder>> {
    let text = place(folder, number).read().await?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}

fn now_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// The machine, also across containers that share a name: its name and the id of its last start.
fn host() -> String {
    let read = |path: &str| {
        std::fs::read_to_string(Path::new(path))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    format!(
        "{} {}",
        read("/proc/sys/kernel/hostname"),
        read("/proc/sys/kernel/random/boot_id")
    )
}

fn process_started(process: u32) -> Option<u64> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, behind_name) = line.rsplit_once(')')?;
    behind_name.split_whitespace().nth(19)?.parse().ok()
}
