//! Published tables in a `PostgreSQL` of this machine. What a machine has not is skipped by name; in CI that fails.

use crate::cli::{Place, text};

#[test]
fn a_password_does_not_belong_in_a_job_and_is_not_printed() {
    let place = Place::small();
    for connection in [
        "postgresql://shop:canary@localhost/shop",
        "host=localhost password=canary",
    ] {
        let out = place.run(&["--set", &format!("output.postgres={connection}")]);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(78), "{said}");
        assert!(
            said.contains("env:NAME") && !place.has("out/runs"),
            "{said}"
        );
    }
    let out = place.run(&["--set", "output.postgres=env:THERE_IS_NO_SUCH_VARIABLE"]);
    assert_eq!(out.status.code(), Some(78), "{}", text(&out.stderr));
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_program_without_postgresql_says_so_before_it_computes_anything() {
    let place = Place::small();
    let out = place.run(&["--set", "output.postgres=host=localhost"]);
    assert_eq!(out.status.code(), Some(78));
    assert!(text(&out.stderr).contains("--features postgres"));
    assert!(!place.has("out/runs"));
}

#[cfg(feature = "postgres")]
mod with_a_server {
    use super::{Place, text};
    use serde_json::Value;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    /// A server of its own, reached through a socket in its folder.
    struct Cluster {
        folder: tempfile::TempDir,
        programs: PathBuf,
    }

    impl Cluster {
        /// A new server; none where there is no `PostgreSQL`.
        fn start() -> Option<Self> {
            let installed = glob::glob("/usr/lib/postgresql/*/bin/initdb").unwrap();
            let Some(initdb) = installed.filter_map(Result::ok).last() else {
                assert!(std::env::var_os("CI").is_none(), "there is no PostgreSQL");
                eprintln!("skipped: there is no PostgreSQL");
                return None;
            };
            let folder = tempfile::tempdir().unwrap();
            let open = std::fs::Permissions::from_mode(0o777);
            std::fs::set_permissions(folder.path(), open).unwrap();
            let programs = initdb.parent().unwrap().to_path_buf();
            let cluster = Self { folder, programs };
            cluster.called("initdb", &["-A", "trust", "-U", "postgres"]);
            cluster.up();
            Some(cluster)
        }

        fn path(&self) -> &str {
            self.folder.path().to_str().unwrap()
        }

        /// One of the server's programs, which will not run as root.
        fn called(&self, program: &str, arguments: &[&str]) {
            let path = self.programs.join(program);
            let data = format!("{}/data", self.path());
            let user = Command::new("id").arg("-u").output().unwrap();
            let mut command = match text(&user.stdout).trim() {
                "0" => {
                    let mut command = Command::new("runuser");
                    command.args(["-u", "postgres", "--"]).arg(path);
                    command
                }
                _ => Command::new(path),
            };
            let out = command.args(["-D", &data]).args(arguments).output();
            let out = out.unwrap();
            assert!(out.status.success(), "{}", text(&out.stderr));
        }

        fn up(&self) {
            let options = format!("-c listen_addresses='' -k {} -c fsync=off", self.path());
            let log = format!("{}/log", self.path());
            self.called("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
        }

        fn down(&self) {
            self.called("pg_ctl", &["-w", "-m", "immediate", "stop"]);
        }

        /// What a query answers, values between bars.
        fn ask(&self, sql: &str) -> String {
            let out = Command::new("psql")
                .args([
                    "-h",
                    self.path(),
                    "-U",
                    "postgres",
                    "-At",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-c",
                    sql,
                ])
                .output()
                .unwrap();
            assert!(out.status.success(), "{sql}: {}", text(&out.stderr));
            text(&out.stdout).trim().to_owned()
        }

        /// A run of `place` that copies its tables here.
        fn run(&self, place: &Place, arguments: &[&str]) -> Output {
            let connection = format!("host={} user=postgres", self.path());
            let set = ["--set", "output.postgres=env:SHOP_DATABASE"];
            place.run_in(
                &[("SHOP_DATABASE", &connection)],
                &[&set, arguments].concat(),
            )
        }
    }

    impl Drop for Cluster {
        fn drop(&mut self) {
            if Path::new(&format!("{}/data/postmaster.pid", self.path())).exists() {
                self.down();
            }
        }
    }

    fn summary(out: &Output) -> Value {
        assert!(out.status.success(), "{}", text(&out.stderr));
        serde_json::from_str(text(&out.stdout).trim()).unwrap()
    }

    #[test]
    fn every_table_is_there_with_its_rows_its_money_its_key_and_its_comments() {
        let Some(cluster) = Cluster::start() else {
            return;
        };
        let place = Place::small();
        let odd = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n\
                   1,o'neil\\n,2025-01-10,\"a\tb\",1,10.01\n2,o'neil\\n,2025-02-10,c,1,0.0001\n";
        std::fs::write(place.path("transactions.csv"), odd).unwrap();
        let summary = summary(&cluster.run(&place, &[]));
        for table in summary["outputs"].as_array().unwrap() {
            let name = table["table"].as_str().unwrap();
            let rows = cluster.ask(&format!(
                "select count(*) from {name} where run_date = '2025-12-31'"
            ));
            assert_eq!(rows, table["rows"].to_string(), "{name}");
            let about = cluster.ask(&format!("select obj_description('{name}'::regclass)"));
            assert!(about.starts_with("One row per "), "{name}: {about}");
        }
        let customers = "select customer_id, revenue, first_order_date from base.customers";
        assert_eq!(cluster.ask(customers), "o'neil\\n|10.0101|2025-01-10");
        let silent = "select count(*) from information_schema.columns where table_schema in ('base', 'value') \
                      and col_description((table_schema || '.' || table_name)::regclass, ordinal_position) is null";
        assert_eq!(cluster.ask(silent), "0");
        let key = "select string_agg(attname, ',' order by attname) from pg_index join pg_attribute \
                   on attrelid = indrelid and attnum = any(indkey) where indrelid = 'base.customers'::regclass";
        assert_eq!(cluster.ask(key), "customer_id,run_date");
    }

    #[test]
    fn a_rerun_replaces_its_date_and_no_other_and_views_stay() {
        let Some(cluster) = Cluster::start() else {
            return;
        };
        let place = Place::small();
        summary(&cluster.run(&place, &["--run-date", "2025-12-30"]));
        cluster.ask("create view lately as select run_date, count(*) from base.orders group by 1 order by 1");
        summary(&cluster.run(&place, &[]));
        let both = cluster.ask("select * from lately");
        assert_eq!(both.lines().count(), 2, "{both}");
        let again = summary(&cluster.run(&place, &[]));
        assert_eq!(again["status"], "unchanged");
        assert_eq!(cluster.ask("select * from lately"), both);
    }

    #[test]
    fn a_database_that_fails_takes_nothing_from_the_published_tables_and_has_all_or_nothing() {
        let Some(cluster) = Cluster::start() else {
            return;
        };
        let place = Place::small();
        cluster.down();
        let out = cluster.run(&place, &[]);
        assert_eq!(out.status.code(), Some(69), "{}", text(&out.stderr));
        assert!(place.has("out/runs/run_date=2025-12-31/000001.json"));
        assert!(place.has("out/latest/base/orders.parquet"));
        cluster.up();
        // the last table of the run is in the way of all of them
        cluster.ask(
            "create schema value; create table value.concentration (run_date date, gini boolean)",
        );
        let out = cluster.run(&place, &[]);
        assert_eq!(out.status.code(), Some(78), "{}", text(&out.stderr));
        assert_eq!(
            cluster.ask("select to_regclass('base.orders') is null"),
            "t"
        );
        cluster.ask("drop table value.concentration");
        assert_eq!(summary(&cluster.run(&place, &[]))["status"], "unchanged");
        assert_eq!(cluster.ask("select count(*) from base.customers"), "3");
    }
}
