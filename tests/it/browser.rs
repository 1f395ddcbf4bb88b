//! The page in a browser: nothing overflows, all can be read, nothing is complained of. Skipped by name where there is
//! no Chromium; in CI that fails.

use crate::report::page_of_the_shop;
use std::path::{Path, PathBuf};
use std::process::Command;

fn chromium(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
    let usual = on_path.flat_map(|folder| {
        ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
    });
    let found = named.into_iter().chain(usual).find(|path| path.is_file());
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "{test}: there is no Chromium"
    );
    if found.is_none() {
        eprintln!("skipped: {test}: there is no Chromium");
    }
    found
}

/// What is wrong with the page at the widths of a desk, a phone and, as it is printed, of paper.
fn look(browser: &Path, page: &str, (scheme, setting): (&str, &str)) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.html"), page).unwrap();
    let looker = format!(
        "<!DOCTYPE html><title></title><body><script>{}</script></body>",
        include_str!("browser.js")
    );
    let file = folder.path().join("look.html");
    std::fs::write(&file, looker).unwrap();
    let out = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
        ])
        .args([
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
            "--dump-dom",
            setting,
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        ))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    let complaints: String = said
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    assert_eq!(complaints, "");
    let page = String::from_utf8_lossy(&out.stdout);
    assert!(
        page.contains(&format!("looked at in {scheme}")),
        "{page}\n{said}"
    );
    let body = page.split_once("<body>").unwrap().1;
    body.split_once("</body>").unwrap().0.trim().to_owned()
}

/// How Chromium is told which scheme the reader prefers.
const SCHEMES: [(&str, &str); 2] = [
    ("light", "--blink-settings=preferredColorScheme=1"),
    ("dark", "--blink-settings=preferredColorScheme=0"),
];

#[test]
fn at_a_desk_on_a_phone_and_on_paper_in_light_and_dark_all_can_be_read() {
    let test = "at_a_desk_on_a_phone_and_on_paper_in_light_and_dark_all_can_be_read";
    let Some(browser) = chromium(test) else {
        return;
    };
    let page = std::fs::read_to_string(page_of_the_shop()).unwrap();
    for scheme in SCHEMES {
        assert_eq!(look(&browser, &page, scheme), "", "{scheme:?}");
    }
}

#[test]
fn what_cannot_be_read_is_found() {
    let Some(browser) = chromium("what_cannot_be_read_is_found") else {
        return;
    };
    let page = "<!DOCTYPE html><style>@media print { b { color: #999 } }</style><body style='background:#fff'>\
        <p style='color:#999'>faint</p><p style='width:500px'>wide</p><b>pale</b>";
    let wrong = look(&browser, page, SCHEMES[0]);
    assert!(
        wrong.contains("1280: \"faint\" has a contrast of 2.85"),
        "{wrong}"
    );
    assert!(
        wrong.contains("390: \"wide\" is outside") && !wrong.contains("1280: \"wide\""),
        "{wrong}"
    );
    assert!(
        wrong.contains("673: \"pale\" has") && !wrong.contains("1280: \"pale\""),
        "{wrong}"
    );
}
