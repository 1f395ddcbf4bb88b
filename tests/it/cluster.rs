//! Jobs whose queries a cluster computes: one scheduler and two executors, each a process of its own.

use crate::cli::{clientele, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

/// Tables over all lines, orders and customers that take no model.
const FEW: &str = "output.publish=[base.orders, base.customers, base.products, base.source_days, base.checks, \
     value.concentration, value.revenue_deciles]";

/// Processes that end with the test.
struct Cluster {
    folder: tempfile::TempDir,
    scheduler: Child,
    address: String,
    executors: Vec<Child>,
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn wait_for(address: &str) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{address}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let scheduler = served(&folder, "scheduler", &["scheduler", "--bind", &address]);
        wait_for(&address);
        let mut cluster = Self {
            folder,
            scheduler,
            address,
            executors: Vec::new(),
        };
        cluster.add_executor();
        cluster.add_executor();
        cluster
    }

    fn add_executor(&mut self) {
        let name = format!("executor-{}", self.executors.len());
        let (bind, work) = (free_address(), self.path(&name));
        let arguments = [
            "executor",
            "--scheduler",
            &self.address,
            "--bind",
            &bind,
            "--work-dir",
            &work,
            "--slots",
            "2",
            "--memory-limit",
            "1GiB",
        ];
        let executor = served(&self.folder, &name, &arguments);
        self.executors.push(executor);
        wait_for(&bind);
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

fn served(folder: &tempfile::TempDir, name: &str, arguments: &[&str]) -> Child {
    let log = std::fs::File::create(folder.path().join(format!("{name}.log"))).unwrap();
    clientele()
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in self.executors.iter_mut().chain([&mut self.scheduler]) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// A generated shop with every source, and a job over it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let shop = place.path("shop");
        let out = clientele()
            .args(["generate", &shop, "--lines", "20000"])
            .output();
        assert!(out.unwrap().status.success());
        let others: String = [
            "customers",
            "products",
            "identities",
            "events",
            "exposures",
            "costs",
            "referrals",
        ]
        .iter()
        .map(|name| format!("  {name}: {{url: {shop}/{name}.parquet}}\n"))
        .collect();
        let others = others.replace(
            "customers.parquet}",
            "customers.parquet, columns: {is_opted_out: opted_out}}",
        );
        let job = format!(
            "run_date: 2025-12-31\ntime_zone: Europe/London\nday_starts_at_hour: 3\nsources:\n  transactions: {{url: \
             {shop}/transactions/, date_partition: month}}\n{others}"
        );
        std::fs::write(place.path("job.yaml"), job).unwrap();
        place
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn local(&self, out: &str, set: &[&str]) -> Output {
        self.start(out, set).wait_with_output().unwrap()
    }

    fn start(&self, out: &str, set: &[&str]) -> Child {
        let url = format!("output.url={}", self.path(out));
        let set = set.iter().flat_map(|set| ["--set", set]);
        clientele()
            .args(["run", &self.path("job.yaml"), "--set", &url])
            .args(set)
            .spawn()
            .unwrap()
    }

    fn start_on(&self, cluster: &Cluster, set: &[&str]) -> Child {
        let scheduler = format!("cluster.scheduler={}", cluster.address);
        let engine = ["engine=cluster", "cluster.partitions=4", &scheduler];
        self.start("out", &[&engine, set].concat())
    }

    fn on(&self, cluster: &Cluster, set: &[&str]) -> Output {
        self.start_on(cluster, set).wait_with_output().unwrap()
    }

    fn has(&self, name: &str) -> bool {
        Path::new(&self.path(name)).exists()
    }

    fn wait_for_tables(&self, tables: usize) {
        let staged = || {
            let files = glob::glob(&self.path("out/.staging/*/*/*.parquet")).unwrap();
            files.count()
        };
        let begun = Instant::now();
        while staged() < tables {
            assert!(begun.elapsed() < Duration::from_mins(2));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The hash of each published file.
fn hashes(out: &Output) -> BTreeMap<String, String> {
    assert!(out.status.success(), "{}", text(&out.stderr));
    let said = text(&out.stdout);
    let summary: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let outputs = summary["outputs"].as_array().unwrap().iter();
    outputs
        .map(|output| (output["table"].to_string(), output["sha256"].to_string()))
        .collect()
}

fn different(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    assert_eq!(one.len(), other.len());
    let differ = one
        .iter()
        .filter(|(table, hash)| other.get(*table) != Some(*hash));
    differ.map(|(table, _)| table.clone()).collect()
}

#[test]
fn all_tables_are_those_of_one_machine_to_the_last_byte() {
    let (place, cluster) = (Place::new(), Cluster::start());
    let on_cluster = hashes(&place.on(&cluster, &[]));
    let local = hashes(&place.local("local", &[]));
    assert_eq!(different(&local, &on_cluster), Vec::<String>::new());
}

#[test]
fn an_executor_that_is_killed_costs_time_and_no_table() {
    let (place, mut cluster) = (Place::new(), Cluster::start());
    let run = place.start_on(&cluster, &[FEW]);
    place.wait_for_tables(2);
    cluster.executors[0].kill().unwrap();
    let survived = hashes(&run.wait_with_output().unwrap());
    let local = hashes(&place.local("local", &[FEW]));
    assert_eq!(different(&local, &survived), Vec::<String>::new());
}

#[test]
fn a_scheduler_that_is_killed_ends_the_run_with_69_and_publishes_nothing() {
    let (place, mut cluster) = (Place::new(), Cluster::start());
    let run = place.start_on(&cluster, &[FEW]);
    place.wait_for_tables(2);
    cluster.scheduler.kill().unwrap();
    let out = run.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(69), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains(&cluster.address));
    assert!(!place.has("out/tables") && !place.has("out/runs") && !place.has("out/latest"));
    let staged = glob::glob(&place.path("out/.staging/*")).unwrap();
    assert_eq!(staged.count(), 0);
}

#[test]
fn a_cluster_that_is_not_there_is_told_before_anything_is_computed() {
    let place = Place::new();
    let nobody = format!("cluster.scheduler={}", free_address());
    let out = place.local("out", &["engine=cluster", &nobody, FEW]);
    assert_eq!(out.status.code(), Some(69), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("hint:"));
    assert!(!place.has("out/tables"));
}
