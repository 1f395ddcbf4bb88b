//! What people see of a run: the page, the answers in a terminal, the dictionary.

use crate::shop::TRANSACTIONS;
use clientele::generate::{Options as ShopOptions, generate};
use clientele::job::{Job, Overrides};
use clientele::plan::Catalog;
use clientele::report::{Dictionary, Given, Story};
use clientele::run::{Options, run, settings};
use clientele::store::Stores;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const LANGUAGES: [&str; 5] = ["en", "de", "es", "zh", "ru"];

/// Runs a job and answers with its output.
async fn ran(job: &Job) {
    let never = std::future::pending();
    run(job, &Options::default(), &Stores::default(), &|_| {}, never)
        .await
        .unwrap();
}

async fn story(job: &Job) -> Story {
    let catalog = Catalog::load(job.sql.as_deref().map(Path::new)).unwrap();
    let output = Stores::default().open(&job.output.url).unwrap();
    let settings = settings(job, &std::env::temp_dir());
    let given = Given {
        job,
        catalog: &catalog,
        settings: &settings,
        output: &output,
    };
    let report = given.report(None).await.unwrap().unwrap();
    given.story(&report).await.unwrap()
}

/// The demo's job over the folder of a generated shop.
fn demo(folder: &Path, set: &[&str]) -> Job {
    let environment = vec![("DEMO".to_owned(), folder.display().to_string())];
    let set = set.iter().map(ToString::to_string).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/demo.yaml");
    Job::load(path.as_ref(), &Overrides { environment, set }).unwrap()
}

/// A generated shop with the tables of two dates, made once; it stays until the tests have ended.
pub(crate) fn shop() -> &'static Path {
    static SHOP: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = SHOP.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let options = ShopOptions {
            lines: 20_000,
            ..ShopOptions::new(folder.path().join("shop"))
        };
        generate(&options, |_| {}).unwrap();
        let both = || async {
            ran(&demo(
                folder.path(),
                &["run_date=2025-12-24", "output.report=false"],
            ))
            .await;
            ran(&demo(folder.path(), &[])).await;
        };
        let in_its_own = || tokio::runtime::Runtime::new().unwrap().block_on(both());
        std::thread::scope(|threads| threads.spawn(in_its_own).join()).unwrap();
        folder
    });
    folder.path()
}

pub(crate) fn page_of_the_shop() -> PathBuf {
    shop().join("published/reports/run_date=2025-12-31/report.html")
}

/// The parts of `text` between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> Vec<&'t str> {
    let parts = text.split(from).skip(1);
    parts.filter_map(|part| part.split(to).next()).collect()
}

/// The cells of the table below a figure, row by row; none if the page does not have it.
fn rows(page: &str, figure: &str) -> Option<Vec<Vec<String>>> {
    let start = format!("<figure id=\"figure-{figure}\">");
    let figure = *between(page, &start, "</figure>").first()?;
    let table = figure.rsplit("<tbody>").next()?;
    let cells = |row: &str| {
        between(row, "<td", "</td>")
            .iter()
            .map(|cell| cell.split_once('>').unwrap().1.to_owned())
            .collect()
    };
    Some(
        between(table, "<tr>", "</tr>")
            .into_iter()
            .map(cells)
            .collect(),
    )
}

#[test]
fn the_page_stands_alone_and_every_figure_has_an_answer_or_a_picture_and_rows() {
    let page = std::fs::read_to_string(page_of_the_shop()).unwrap();
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    for word in [
        "http:", "https:", "//", "<script", "<img", "<link", "@import", "url(",
    ] {
        assert!(!page.contains(word), "the page has {word}");
    }
    let figures = between(&page, "<figure id=\"figure-", "</figure>");
    assert!(figures.len() >= 18, "{} figures", figures.len());
    for figure in figures {
        let name = figure.split('"').next().unwrap();
        assert!(
            figure.contains("class=\"answer\"") || figure.contains("<svg"),
            "{name} says nothing"
        );
        assert!(rows(&page, name).unwrap().len() >= 2, "{name} has no rows");
    }
    assert!(!page.contains('{') || !between(&page, "<body>", "</body>")[0].contains('{'));
}

#[test]
fn every_element_is_closed_and_every_picture_is_named() {
    let page = std::fs::read_to_string(page_of_the_shop()).unwrap();
    let body = between(&page, "<body>", "</body>")[0];
    let mut open = Vec::new();
    for tag in between(body, "<", ">") {
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for chart in between(body, "<svg class=\"chart\"", "</svg>") {
        assert!(
            chart.contains("role=\"img\"")
                && chart.contains("<title id=")
                && chart.contains("<desc id=")
        );
    }
}

#[tokio::test]
async fn every_language_has_every_word() {
    for language in LANGUAGES {
        let job = demo(shop(), &[&format!("language={language}")]);
        let page = story(&job).await.page();
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        let english: Vec<String> = between(&page, "<th scope=\"col\" class=", "</th>")
            .into_iter()
            .filter_map(|cell| Some(cell.split_once('>')?.1))
            .filter(|name| language != "en" && name.is_ascii() && name.contains(' '))
            .map(str::to_owned)
            .collect();
        let names = rows(&page, "model_quality").unwrap();
        let raw = names.iter().flatten().find(|cell| cell.contains('_'));
        assert_eq!(raw, None, "{language}");
        let is_latin = ["de", "es"].contains(&language);
        assert!(is_latin || english.is_empty(), "{language}: {english:?}");
    }
}

#[tokio::test]
async fn the_same_tables_give_the_same_page() {
    let page = std::fs::read_to_string(page_of_the_shop()).unwrap();
    assert_eq!(
        story(&demo(shop(), &["resources.threads=1"])).await.page(),
        page
    );
}

#[tokio::test]
async fn a_person_is_told_what_changed_since_the_last_run() {
    let news = story(&demo(shop(), &[])).await.news();
    let line = news
        .lines()
        .find(|line| line.starts_with("orders of the year"))
        .unwrap();
    let numbers: Vec<f64> = line
        .split_whitespace()
        .filter_map(|word| word.replace([',', '+'], "").replace('−', "-").parse().ok())
        .collect();
    assert_eq!(numbers.len(), 3, "{news}");
    assert!(
        (numbers[1] - numbers[0] - numbers[2]).abs() < 1e-9,
        "{news}"
    );
    assert!(
        news.lines().next().unwrap().contains("24 Dec 2025"),
        "{news}"
    );
}

/// The report over tables of which each row is known, in a shop's own SQL files.
async fn of(tables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("transactions.csv"), TRANSACTIONS).unwrap();
    let mut publish = Vec::new();
    for (table, select) in tables {
        let file = path("sql")
            .join(table.replace('.', "/"))
            .with_extension("sql");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(
            file,
            format!("-- One row per test.\n-- Key: none\n{select}\n"),
        )
        .unwrap();
        publish.push(*table);
    }
    let text = format!(
        "sources: {{transactions: {{url: {}}}}}\noutput: {{url: {}, publish: [{}]}}\nsql: {}\nrun_date: 2025-12-31\n",
        path("transactions.csv").display(),
        path("out").display(),
        publish.join(", "),
        path("sql").display()
    );
    let job = Job::parse(&text, &Overrides::default()).unwrap();
    ran(&job).await;
    story(&job).await.page()
}

const TENTHS: &str = "select 'revenue' as measure, tenth, customer_count, 0.5e0 as customer_share, 20.00 as amount, \
    amount_mean from (values (1, 5, 150.00), (2, 100, 8.00), (3, 40, 1.25), (4, 60, 0.50)) as t (tenth, customer_count, amount_mean)";

#[tokio::test]
async fn a_small_group_is_hidden_with_the_one_by_which_it_could_be_found_out() {
    let page = of(&[("value.purchase_deciles", TENTHS)]).await;
    let shown = rows(&page, "how_few").unwrap();
    assert_eq!(shown[1][..2], ["2", "100"]);
    let hidden = shown[0][1..].iter().chain(&shown[2][1..]);
    assert!(hidden.into_iter().all(|cell| cell == "✕"), "{shown:?}");
    assert!(!page.contains("150"));
}

#[tokio::test]
async fn nothing_is_found_out_from_the_sums_of_rows_and_columns() {
    let moves = |small: u32| {
        let select = format!(
            "select *, 0.5e0 as customer_share, 1.00 as margin_previous, 1.00 as margin_window, 0.00 as margin_change \
             from (values ('gold', 'gold', {small}), ('gold', 'lost', 50), ('iron', 'gold', 60), ('iron', 'lost', 70), \
             ('new', 'iron', 80)) as t (from_tier, to_tier, customer_count)"
        );
        async move {
            rows(
                &of(&[("value.tier_migrations", &select)]).await,
                "tier_moves",
            )
        }
    };
    assert_eq!(
        moves(50)
            .await
            .unwrap()
            .iter()
            .flatten()
            .filter(|cell| *cell == "✕")
            .count(),
        0
    );
    let hidden: Vec<bool> = moves(5).await.map_or_else(Vec::new, |rows| {
        rows.iter().map(|row| row[2] == "✕").collect()
    });
    assert!(
        hidden.is_empty() || hidden.iter().filter(|hidden| **hidden).count() == 4,
        "{hidden:?}"
    );
}

#[tokio::test]
async fn groups_within_each_other_differ_by_no_small_group() {
    let select = "select 'all' as dimension, 'all' as group_name, order_number, customer_count, next_count, 0.5e0 as conversion_probability, 0.4e0 as conversion_lower, 0.6e0 as conversion_upper, 30 as next_days_median, \
         60 as stop_after_days from (values (1, 100, 95), (2, 95, 60), (3, 60, 5), (4, 5, 0)) as t (order_number, customer_count, next_count)";
    let page = of(&[("loyalty.order_ladder", select)]).await;
    let counts: Vec<String> = rows(&page, "order_ladder")
        .unwrap()
        .into_iter()
        .map(|mut row| row.remove(1))
        .collect();
    assert_eq!(counts, ["100", "✕", "60", "✕"]);
}

#[tokio::test]
async fn a_sentence_does_not_name_a_hidden_group() {
    let actions = |best: u32| {
        let select = format!(
            "select action, customer_count, customer_count as in_budget_count, 1.00 as contact_cost, margin_expected, \
             0.00 as next_1000_margin, 0.00 as wasted_window from (values ('thank_and_protect', {best}, 900.00), \
             ('win_back', 50, 100.00), ('cross_sell', 60, 50.00), ('save_fading', 70, 25.00), ('all', 183, 1075.00)) \
             as t (action, customer_count, margin_expected)"
        );
        async move { of(&[("actions.action_summary", &select)]).await }
    };
    let answer = |page: &str| between(page, "class=\"answer\">", "</p>")[0].to_owned();
    let shown = answer(&actions(30).await);
    assert!(shown.contains("from “thank and protect”"), "{shown}");
    let hidden = answer(&actions(3).await);
    assert!(
        hidden.contains("183 customers") && !hidden.contains("thank"),
        "{hidden}"
    );
}

#[tokio::test]
async fn rules_are_drawn_as_a_graph_and_text_is_escaped() {
    let select = "select 'a' as antecedent, consequent_name as consequent, antecedent_names, consequent_name, both_count, \
         80 as antecedent_count, 100 as consequent_count, confidence, confidence - 0.1 as confidence_lower, \
         confidence + 0.1 as confidence_upper, lift, confidence * both_count / (100 * lift) \
         as support, 4 as fold_count, 4 as fold_held_count, 1.00 as margin_per_1000_baskets, false as is_redundant \
         from (values ('tea & <milk>', 'mug', 40, 0.5e0, 4.0e0), ('tea & <milk>', 'jug', 20, 0.25e0, 2.0e0)) \
         as t (antecedent_names, consequent_name, both_count, confidence, lift)";
    let page = of(&[("baskets.association_rules", select)]).await;
    let figure = between(
        &page,
        "<figure id=\"figure-what_goes_together\">",
        "<details>",
    )[0];
    insta::assert_snapshot!(figure.replace("><", ">\n<"));
}

#[tokio::test]
async fn nothing_is_said_of_three_customers() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("transactions.csv"), TRANSACTIONS).unwrap();
    let text = format!(
        "sources: {{transactions: {{url: {0}/transactions.csv}}}}\noutput: {{url: {0}/out}}\nrun_date: 2025-12-31\n",
        folder.path().display()
    );
    let job = Job::parse(&text, &Overrides::default()).unwrap();
    ran(&job).await;
    let page = story(&job).await.page();
    for figure in [
        "who_pays",
        "how_uneven",
        "how_few",
        "order_ladder",
        "cohorts",
        "phases",
        "order_size",
        "next_year",
    ] {
        assert_eq!(rows(&page, figure), None, "{figure}");
    }
    assert!(!page.contains("€"), "{page}");
}

#[test]
fn the_dictionary_knows_where_a_table_comes_from_and_what_it_depends_on() {
    let catalog = Catalog::load(None).unwrap();
    let dictionary = Dictionary::new(&catalog, Some("value.concentration"));
    let text = dictionary.markdown();
    assert!(text.contains("| `gini` |"), "{text}");
    assert!(
        text.contains("    raw.transactions --> clean.transactions\n"),
        "{text}"
    );
    assert!(text.contains("`purchase_revenue_above`"), "{text}");
    let page = dictionary.html();
    assert!(
        page.contains("<code>gini</code>") && page.contains(">clean.transactions</text>"),
        "{page}"
    );
    let whole = Dictionary::new(&catalog, None).html();
    for table in catalog.tables.keys() {
        assert!(
            whole.contains(&format!("id=\"{}\"", table.published())),
            "{table}"
        );
    }
}
