//! Disks that are full or may only be read. They are made in memory, where the machine allows that.

use crate::cli::{Place, text};
use std::process::{Command, Output};

/// The output of a place on a disk of its own, which goes with it.
struct Disk {
    place: Place,
    folder: String,
}

impl Disk {
    fn of(place: Place, options: &str) -> Option<Self> {
        let folder = place.path("disk");
        std::fs::create_dir(&folder).unwrap();
        let disk = Self { place, folder };
        disk.mount(options).then_some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs", &self.folder])
            .output();
        let is_mounted = mount.is_ok_and(|out| out.status.success());
        if !is_mounted {
            eprintln!("skipped: this machine mounts no disk");
        }
        is_mounted
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let url = format!("output.url={}/out", self.folder);
        self.place.run(&[&["--set", &url][..], arguments].concat())
    }

    /// What `clientele verify` says.
    fn verified(&self, arguments: &[&str]) -> serde_json::Value {
        let url = format!("output.url={}/out", self.folder);
        let usual = ["verify", &self.place.path("job.yaml"), "--set", &url];
        let out = self.place.command(&[&usual[..], arguments].concat());
        assert!(out.status.success(), "{}", text(&out.stderr));
        serde_json::from_str(text(&out.stdout).trim()).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.folder).status();
    }
}

/// The run of November is whole, and so is the newest one.
fn assert_whole(disk: &Disk) {
    assert_eq!(disk.verified(&["--run-date", "2025-11-30"])["tables"], 8);
    assert_eq!(disk.verified(&[])["tables"], 8);
}

#[test]
fn a_disk_that_fills_up_at_any_moment_leaves_the_last_run_and_is_told() {
    let Some(disk) = Disk::of(Place::small(), "size=2m") else {
        return;
    };
    assert!(disk.run(&["--run-date", "2025-11-30"]).status.success());
    let filler = format!("{}/filler", disk.folder);
    let mut failed = 0;
    // from a disk on which nothing fits to one on which all does
    for free in (0..).map(|step| step * 12 * 1024) {
        let _ = std::fs::write(&filler, vec![0; 2 << 20]);
        let full = std::fs::metadata(&filler).unwrap().len();
        std::fs::OpenOptions::new()
            .write(true)
            .open(&filler)
            .unwrap()
            .set_len(full.saturating_sub(free))
            .unwrap();
        let out = disk.run(&[]);
        if out.status.success() {
            break;
        }
        assert_eq!(
            out.status.code(),
            Some(74),
            "{free} free: {}",
            text(&out.stderr)
        );
        assert!(
            text(&out.stderr).contains("the disk is full"),
            "{free} free: {}",
            text(&out.stderr)
        );
        assert_whole(&disk);
        failed += 1;
    }
    assert!(failed >= 2, "{failed}");
    assert_eq!(disk.verified(&[])["run_date"], "2025-12-31");
}

#[test]
fn a_disk_that_may_only_be_read_is_told_as_that() {
    let Some(disk) = Disk::of(Place::small(), "size=2m") else {
        return;
    };
    assert!(disk.run(&["--run-date", "2025-11-30"]).status.success());
    assert!(disk.mount("remount,ro"));
    let out = disk.run(&[]);
    assert_eq!(out.status.code(), Some(77), "{}", text(&out.stderr));
    assert!(
        text(&out.stderr).contains("check who may read and write there"),
        "{}",
        text(&out.stderr)
    );
    assert_whole(&disk);
    assert!(disk.mount("remount,rw"));
    assert!(disk.run(&[]).status.success());
}
