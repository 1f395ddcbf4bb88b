//! One object store for a URL: s3, gs, az, file, memory. Credentials live here only.

#[cfg(feature = "s3")]
mod profile;

use crate::error::{Error, Result};
use crate::job::Secret;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use url::Url;

/// Options of stores by URL prefix, as the job gives them.
type Options = BTreeMap<String, BTreeMap<String, String>>;

/// The stores of a run, each opened once.
#[derive(Debug, Default)]
pub struct Stores {
    options: Options,
    opened: Mutex<BTreeMap<String, Arc<dyn ObjectStore>>>,
}

/// A place in a store.
#[derive(Debug, Clone)]
pub struct Location {
    /// The store.
    pub store: Arc<dyn ObjectStore>,
    /// Scheme and authority: what the engine knows the store by.
    pub base: Url,
    /// The path within the store.
    pub path: Path,
    /// Whether the URL ended with a slash.
    pub is_folder: bool,
    /// Pattern that file names below `path` must match, if the URL had wildcards.
    pub pattern: Option<glob::Pattern>,
}

impl Stores {
    /// Stores with the options of a job.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            opened: Mutex::default(),
        }
    }

    /// Uses `store` for every URL with the scheme and authority of `base`.
    pub fn insert(&self, base: &str, store: Arc<dyn ObjectStore>) {
        if let Ok(mut opened) = self.opened.lock() {
            opened.insert(base.to_owned(), store);
        }
    }

    /// The place that `url` names. Without a scheme it is a path of this machine.
    ///
    /// # Errors
    /// [`Error::Store`] when the URL or the options of its store make no sense.
    pub fn open(&self, written: &str) -> Result<Location> {
        let failed = |source| Error::Store {
            action: "open",
            url: written.to_owned(),
            source,
        };
        let (fixed, pattern) = split_wildcards(written);
        let url = to_url(fixed).map_err(failed)?;
        let base = Url::parse(&format!("{}://{}", url.scheme(), url.authority()))
            .map_err(|error| failed(generic(error)))?;
        let path = Path::from_url_path(url.path()).map_err(|error| failed(error.into()))?;
        let pattern = pattern
            .map(|pattern| glob::Pattern::new(pattern).map_err(|error| failed(generic(error))))
            .transpose()?;
        let mut opened = self
            .opened
            .lock()
            .map_err(|_| failed(generic("a thread panicked")))?;
        let name = base.as_str().trim_end_matches('/');
        let store = if let Some(store) = opened.get(name) {
            Arc::clone(store)
        } else {
            let store = build(&url, self.options_of(written)).map_err(failed)?;
            opened.insert(name.to_owned(), Arc::clone(&store));
            store
        };
        Ok(Location {
            store,
            base,
            path,
            is_folder: fixed.ends_with('/'),
            pattern,
        })
    }

    fn options_of(&self, url: &str) -> Vec<(&str, &str)> {
        let matching = self
            .options
            .iter()
            .filter(|(prefix, _)| url.starts_with(prefix.as_str()));
        matching
            .flat_map(|(_, options)| options)
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect()
    }
}

fn generic(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> object_store::Error {
    object_store::Error::Generic {
        store: "url",
        source: source.into(),
    }
}

/// The part before the first wildcard, up to its folder, and the pattern behind it.
fn split_wildcards(written: &str) -> (&str, Option<&str>) {
    match written.find(['*', '?', '[']) {
        Some(first) => {
            let folder = written[..first].rfind('/').map_or(0, |slash| slash + 1);
            (&written[..folder], Some(&written[folder..]))
        }
        None => (written, None),
    }
}

fn to_url(written: &str) -> object_store::Result<Url> {
    let local = match written.split_once(':') {
        Some(("file", path)) => path.strip_prefix("//").unwrap_or(path),
        Some(("memory", name)) => {
            return Url::parse(&format!("memory://{}", name.trim_start_matches('/')))
                .map_err(generic);
        }
        Some((scheme, _)) if scheme.len() > 1 => return Url::parse(written).map_err(generic),
        _ => written,
    };
    let path = if local.is_empty() { "." } else { local };
    let absolute = std::path::absolute(path).map_err(generic)?;
    let url = if local.ends_with('/') {
        Url::from_directory_path(&absolute)
    } else {
        Url::from_file_path(&absolute)
    };
    // parsed once more, which takes `..` out of it
    Url::parse(url.map_err(|()| generic("not a path"))?.as_str()).map_err(generic)
}

fn build(url: &Url, options: Vec<(&str, &str)>) -> object_store::Result<Arc<dyn ObjectStore>> {
    let options = options
        .into_iter()
        .map(|(key, value)| Ok((key, Secret::resolve(value)?)))
        .collect::<std::result::Result<Vec<_>, String>>()
        .map_err(generic)?;
    match url.scheme() {
        "file" => Ok(Arc::new(LocalFileSystem::new())),
        "memory" => Ok(Arc::new(InMemory::new())),
        #[cfg(feature = "s3")]
        "s3" | "s3a" => {
            let mut builder = object_store::aws::AmazonS3Builder::from_env().with_url(url.as_str());
            let (named, options): (Vec<_>, Vec<_>) =
                options.into_iter().partition(|(key, _)| *key == "profile");
            let named = named.first().map(|(_, name)| name.expose());
            if !options
                .iter()
                .any(|(key, _)| key.ends_with("access_key_id"))
            {
                let profile = profile::settings(named, |name| {
                    std::env::var(name).ok().filter(|value| !value.is_empty())
                });
                for (key, value) in profile.map_err(no_profile)? {
                    builder = builder.with_config(key.parse()?, value);
                }
            }
            for (key, value) in options {
                builder = builder.with_config(key.parse()?, value.expose());
            }
            Ok(Arc::new(builder.with_retry(retry()).build()?))
        }
        #[cfg(feature = "gs")]
        "gs" => {
            let mut builder =
                object_store::gcp::GoogleCloudStorageBuilder::from_env().with_url(url.as_str());
            for (key, value) in options {
                builder = builder.with_config(key.parse()?, value.expose());
            }
            Ok(Arc::new(builder.with_retry(retry()).build()?))
        }
        #[cfg(feature = "az")]
        "az" | "abfs" | "abfss" => {
            let mut builder =
                object_store::azure::MicrosoftAzureBuilder::from_env().with_url(url.as_str());
            for (key, value) in options {
                builder = builder.with_config(key.parse()?, value.expose());
            }
            Ok(Arc::new(builder.with_retry(retry()).build()?))
        }
        scheme => Err(generic(format!(
            "no store for {scheme}: (known: file, memory, s3, gs, az)"
        ))),
    }
}

#[cfg(feature = "s3")]
fn no_profile(message: String) -> object_store::Error {
    object_store::Error::Unauthenticated {
        path: "profile".to_owned(),
        source: message.into(),
    }
}

/// A store that is away for a minute is waited for; longer, and the orchestrator's retry serves better.
#[cfg(any(feature = "s3", feature = "gs", feature = "az"))]
fn retry() -> object_store::RetryConfig {
    object_store::RetryConfig {
        max_retries: 6,
        retry_timeout: std::time::Duration::from_mins(1),
        ..Default::default()
    }
}

impl Location {
    /// The place `name` below this one.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let path = name.split('/').fold(self.path.clone(), Path::join);
        Self {
            path,
            is_folder: false,
            pattern: None,
            ..self.clone()
        }
    }

    /// The place as a URL, for people.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", self.base.as_str().trim_end_matches('/'), self.path)
    }

    /// The path on this machine, if it is one.
    #[must_use]
    pub fn local_path(&self) -> Option<PathBuf> {
        (self.base.scheme() == "file").then(|| PathBuf::from(format!("/{}", self.path)))
    }

    /// All objects below this place, in the order of their names.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn list(&self) -> Result<Vec<ObjectMeta>> {
        let found = self
            .store
            .list(Some(&self.path))
            .try_collect::<Vec<_>>()
            .await;
        let mut objects = found.map_err(|source| self.failed("list", source))?;
        objects.sort_by(|left, right| left.location.cmp(&right.location));
        Ok(objects)
    }

    /// The object at this place, unless it is a folder or nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn head(&self) -> Result<Option<ObjectMeta>> {
        if self.is_folder || self.pattern.is_some() || self.path.as_ref().is_empty() {
            return Ok(None);
        }
        match self.store.head(&self.path).await {
            Ok(meta) => Ok(Some(meta)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(_) if self.local_path().is_some_and(|path| path.is_dir()) => Ok(None),
            Err(source) => Err(self.failed("read", source)),
        }
    }

    /// The contents of this place, or nothing.
    ///
    /// # Errors
    /// [`Error::Store`] unless the object is merely not there.
    pub async fn read(&self) -> Result<Option<Vec<u8>>> {
        let got = match self.store.get(&self.path).await {
            Ok(got) => got.bytes().await,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => Err(error),
        };
        got.map(|bytes| Some(bytes.to_vec()))
            .map_err(|source| self.failed("read", source))
    }

    /// Brings the object to a file on this machine; says whether there is one. From this machine it is the same file
    /// under another name, where that can be.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::File`].
    pub async fn bring(&self, to: &std::path::Path) -> Result<bool> {
        let failed = |source| Error::File {
            path: to.display().to_string(),
            source,
        };
        // what is written below must not be the object itself, under the name it had from an earlier try
        let _ = std::fs::remove_file(to);
        if let Some(from) = self.local_path()
            && std::fs::hard_link(&from, to).is_ok()
        {
            return Ok(true);
        }
        let mut parts = match self.store.get(&self.path).await {
            Ok(got) => got.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(source) => return Err(self.failed("read", source)),
        };
        let mut file = std::fs::File::create(to).map_err(failed)?;
        while let Some(part) = parts.next().await {
            let part = part.map_err(|source| self.failed("read", source))?;
            file.write_all(&part).map_err(failed)?;
        }
        Ok(true)
    }

    /// Writes the object, replacing it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn write(&self, bytes: Vec<u8>) -> Result<()> {
        let written = self.store.put(&self.path, PutPayload::from(bytes)).await;
        written
            .map(|_| ())
            .map_err(|source| self.failed("write", source))
    }

    /// Writes the object if there is none; says whether it did.
    ///
    /// # Errors
    /// The store's own error: the caller decides what an unclear answer means.
    pub async fn create(&self, bytes: Vec<u8>) -> object_store::Result<bool> {
        match self
            .store
            .put_opts(&self.path, PutPayload::from(bytes), PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes the object, if it is there.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn delete(&self) -> Result<()> {
        match self.store.delete(&self.path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(self.failed("delete", source)),
        }
    }

    /// The error that `action` failed here.
    #[must_use]
    pub fn failed(&self, action: &'static str, source: object_store::Error) -> Error {
        Error::Store {
            action,
            url: self.url(),
            source,
        }
    }
}
