//! The order of the tables follows from what they read.

use crate::shop::Shop;
use clientele::error::Error;
use clientele::plan::{Catalog, Plan, Selection};

fn selection(select: &[&str], exclude: &[&str]) -> Selection {
    let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    Selection {
        select: owned(select),
        exclude: owned(exclude),
    }
}

async fn plan_with(own: &[(&str, &str)], selection: &Selection) -> Result<Plan, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in own {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let catalog = Catalog::load(Some(folder.path()))?;
    Plan::new(&Shop::usual().await.job(), &catalog, selection)
}

fn names(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| step.file.table.to_string())
        .collect()
}

#[tokio::test]
async fn a_table_comes_behind_all_it_reads() {
    let plan = plan_with(&[], &Selection::default()).await.unwrap();
    let names = names(&plan);
    for (position, step) in plan.steps.iter().enumerate() {
        for read in step
            .file
            .reads
            .iter()
            .filter(|read| !["raw", "job", "last"].contains(&read.schema.as_str()))
        {
            let at = names
                .iter()
                .position(|name| *name == read.to_string())
                .unwrap();
            assert!(at < position, "{} reads {read}", step.file.table);
        }
    }
}

#[tokio::test]
async fn a_selected_table_brings_only_what_it_needs() {
    let plan = plan_with(&[], &selection(&["rejected_lines"], &[]))
        .await
        .unwrap();
    assert_eq!(
        names(&plan),
        ["clean.transactions", "entities.rejected_lines"]
    );
    assert!(plan.steps[1].is_published && !plan.steps[0].is_published);
}

#[tokio::test]
async fn a_plus_brings_what_needs_the_table() {
    let plan = plan_with(&[], &selection(&["base.orders+"], &["loyalty"]))
        .await
        .unwrap();
    let published: Vec<_> = plan.steps.iter().filter(|step| step.is_published).collect();
    let has = |name: &str| {
        published
            .iter()
            .any(|step| step.file.table.published() == name)
    };
    assert!(has("value.concentration") && has("base.customers") && !has("loyalty.order_ladder"));
}

#[tokio::test]
async fn an_unknown_table_is_answered_with_the_nearest_name() {
    let error = plan_with(&[], &selection(&["revenue_decile"], &[]))
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), 2);
    insta::assert_snapshot!(error, @"no table or chapter is called revenue_decile; did you mean revenue_deciles?");
}

#[tokio::test]
async fn tables_that_read_each_other_are_named() {
    let own = [
        (
            "shop/left.sql",
            "-- One row.\n-- Key: a\nselect a from shop.right",
        ),
        (
            "shop/right.sql",
            "-- One row.\n-- Key: a\nselect a from shop.left",
        ),
    ];
    let error = plan_with(&own, &selection(&["shop"], &[]))
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"shop.left → shop.right → shop.left: these tables read each other");
}

#[tokio::test]
async fn a_table_that_no_file_makes_is_told_with_the_file_that_reads_it() {
    let own = [(
        "shop/left.sql",
        "-- One row.\n-- Key: a\nselect a from shop.nowhere",
    )];
    let error = plan_with(&own, &selection(&["shop"], &[]))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("shop/left.sql: reads shop.nowhere, which no file makes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_without_its_source_is_skipped_and_said_so() {
    let own = [(
        "shop/campaigns.sql",
        "-- One row.\n-- Key: a\n-- Needs: exposures\nselect 1 as a from raw.exposures",
    )];
    let plan = plan_with(&own, &selection(&["shop"], &[])).await.unwrap();
    assert!(plan.steps.is_empty());
    assert_eq!(plan.skipped[0].table, "shop.campaigns");
    assert_eq!(plan.skipped[0].lacks, "the source exposures");
}

#[tokio::test]
async fn a_parameter_that_the_job_lacks_is_told_with_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("shop")).unwrap();
    let text = "-- One row.\n-- Key: a\nselect $window_day as a from entities.orders";
    std::fs::write(folder.path().join("shop/left.sql"), text).unwrap();
    let shop = Shop::usual().await.with(&format!(
        "sql={}; output.publish=[shop]",
        folder.path().display()
    ));
    let error = shop.run().await.unwrap_err().to_string();
    assert!(
        error.ends_with("the job has no parameter $window_day; did you mean $window_days?"),
        "{error}"
    );
}
