//! The tables of a run once more in `PostgreSQL`, for tools that read no files.
//!
//! A chapter is a schema there, and a table has `run_date` before its own columns. What one run brings comes in one
//! transaction: the rows of its date are deleted and copied anew, so a reader sees all of the old tables or all of the
//! new ones, and what is granted on a table or built on it stays. What the file of a table says of its columns is their
//! comment.

mod definition;
mod rows;

use super::Ready;
use crate::error::{Error, Result};
use bytes::Bytes;
use chrono::NaiveDate;
use definition::Definition;
use futures::SinkExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::fs::File;
use std::sync::Arc;
use tokio_postgres::config::Host;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket, Transaction};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Held while tables are created and copied, so that runs of two dates do not meet; how long one waits for the other.
const BEGIN: &str =
    "set local lock_timeout = '10min'; select pg_advisory_xact_lock(hashtext('clientele'))";

/// A `PostgreSQL` database, as the job names it.
#[derive(Debug, Clone)]
pub struct Database {
    config: Config,
}

impl Database {
    /// The database behind a connection string: `postgresql://user@host/name`, or `host=… user=… dbname=…`.
    ///
    /// # Errors
    /// When the text is none; what it says instead is a secret.
    pub fn new(connection: &str) -> std::result::Result<Self, String> {
        let config = connection.parse();
        config
            .map(|config| Self { config })
            .map_err(|error: tokio_postgres::Error| error.to_string())
    }

    /// Puts the rows of `run_date` of all tables in the place of those that are there.
    ///
    /// # Errors
    /// [`Error::Database`]: nothing of the database has changed then. [`Error::File`] when a staged file is gone.
    pub async fn replace(&self, run_date: NaiveDate, tables: &[Ready]) -> Result<()> {
        let mut client = self.connect().await?;
        let begun = client.transaction().await;
        let transaction = begun.map_err(failed("begin", "a transaction"))?;
        let locked = transaction.batch_execute(BEGIN).await;
        locked.map_err(failed("lock", "the tables"))?;
        for table in tables {
            replace(&transaction, run_date, table).await?;
        }
        transaction
            .commit()
            .await
            .map_err(failed("commit", "the tables"))
    }

    /// A connection; encrypted, with the certificates of this machine, unless the server or `sslmode` will not have it.
    /// What goes through a socket of this machine has no name to be certified.
    async fn connect(&self) -> Result<Client> {
        let hosts = self.config.get_hosts();
        if hosts.iter().all(|host| matches!(host, Host::Unix(_))) {
            return self.connect_with(NoTls).await;
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        // named, since another crate may bring another one
        let provider = Arc::new(ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Database {
                action: "encrypt",
                what: "the connection".to_owned(),
                exit_code: 1,
                source: error.into(),
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        self.connect_with(MakeRustlsConnect::new(tls)).await
    }

    async fn connect_with<T>(&self, tls: T) -> Result<Client>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let connected = self.config.connect(tls).await;
        let (client, connection) = connected.map_err(failed("connect to", "it"))?;
        // it ends with the client; what it fails of, the client is told too
        tokio::spawn(connection);
        Ok(client)
    }
}

async fn replace(transaction: &Transaction<'_>, date: NaiveDate, table: &Ready) -> Result<()> {
    let name = &table.table.table;
    let unreadable = |source| Error::File {
        path: table.staged.display().to_string(),
        source,
    };
    let file = File::open(&table.staged).map_err(unreadable)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| unreadable(std::io::Error::other(error)))?;
    let about = super::about(reader.metadata());
    let definition = Definition::new(name, reader.schema(), about);
    let defined = transaction
        .batch_execute(&definition.statements(date))
        .await;
    defined.map_err(failed("define", name))?;
    let copied = transaction
        .copy_in::<_, Bytes>(definition.copy().as_str())
        .await;
    let mut sink = Box::pin(copied.map_err(failed("copy", name))?);
    let batches = reader
        .build()
        .map_err(|error| unreadable(std::io::Error::other(error)))?;
    for batch in batches {
        let lines = batch.and_then(|batch| rows::lines(&batch, date));
        let lines = lines.map_err(|error| unreadable(std::io::Error::other(error)))?;
        let sent = sink.send(Bytes::from(lines)).await;
        sent.map_err(failed("copy", name))?;
    }
    let finished = sink.as_mut().finish().await;
    finished.map_err(failed("copy", name))?;
    Ok(())
}

fn failed(action: &'static str, what: &str) -> impl FnOnce(tokio_postgres::Error) -> Error {
    let what = what.to_owned();
    move |source| Error::Database {
        action,
        what,
        exit_code: exit_code(&source),
        source: source.into(),
    }
}

/// What a database means by its refusal: the class of its code, or that it did not answer.
fn exit_code(error: &tokio_postgres::Error) -> u8 {
    let Some(code) = error.code().map(tokio_postgres::error::SqlState::code) else {
        return 69;
    };
    match (code, &code[..2]) {
        ("42501", _) | (_, "28") => 77,
        ("55P03", _) | (_, "40") => 75,
        (_, "53") => 74,
        (_, "22" | "23" | "3D" | "3F" | "42") => 78,
        _ => 69,
    }
}
