//! Keys and region from the profiles that Amazon's own tools keep, which the store's library does not read.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Who says so in the environment needs no profile.
const OTHER_CREDENTIALS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// What is taken of a profile, under the names that the store knows too.
const TAKEN: [&str; 4] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "region",
];

/// The settings of a profile: of the one that the job names; else, if the environment has no credentials of its own, of
/// the one that `AWS_PROFILE` names, or of `default`, which may be missing.
///
/// # Errors
/// When a profile that is named is not there, or has no keys.
pub(super) fn settings(
    of_job: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<&'static str, String>, String> {
    let has_others = OTHER_CREDENTIALS
        .iter()
        .any(|name| variable(name).is_some());
    let name = match of_job {
        Some(name) => Some(name.to_owned()),
        None if has_others => return Ok(BTreeMap::new()),
        None => variable("AWS_PROFILE"),
    };
    let (is_named, name) = (name.is_some(), name.unwrap_or_else(|| "default".to_owned()));
    let in_home = |file: &str| Some(PathBuf::from(variable("HOME")?).join(".aws").join(file));
    let place =
        |name: &str, file: &str| variable(name).map(PathBuf::from).or_else(|| in_home(file));
    let read = |place: Option<PathBuf>| std::fs::read_to_string(place?).ok();
    let config = read(place("AWS_CONFIG_FILE", "config")).unwrap_or_default();
    let keys = read(place("AWS_SHARED_CREDENTIALS_FILE", "credentials")).unwrap_or_default();
    let mut found = section(&config, &[&format!("profile {name}"), &name]);
    found.extend(section(&keys, &[&name]));
    if ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .iter()
        .any(|name| variable(name).is_some())
    {
        found.remove("region");
    }
    if is_named && !found.contains_key("aws_secret_access_key") {
        return Err(format!(
            "the profile {name} has no keys; take them over from Amazon's own tool: eval \"$(aws configure \
             export-credentials --profile {name} --format env)\""
        ));
    }
    Ok(found)
}

/// What is taken of the section of an INI file that has one of these names.
fn section(text: &str, names: &[&str]) -> BTreeMap<&'static str, String> {
    let mut is_inside = false;
    let mut found = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            is_inside = names.contains(&name.trim());
        } else if let (true, Some((key, value))) = (is_inside, line.split_once('=')) {
            let key = TAKEN.iter().find(|taken| **taken == key.trim());
            found.extend(key.map(|key| (*key, value.trim().to_owned())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::settings;

    const CREDENTIALS: &str = "\
[default]
aws_access_key_id = ID-OF-DEFAULT
aws_secret_access_key = secret
# a comment
[shop]
aws_access_key_id=ID-OF-SHOP
aws_secret_access_key=secret=with=signs
";

    fn of(
        of_job: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<Vec<(&'static str, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".aws")).unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(".aws").join(name), text).unwrap();
        };
        write("credentials", CREDENTIALS);
        write(
            "config",
            "[profile shop]\nregion = eu-west-1\n[profile sso]\nregion = eu-west-1\n",
        );
        let home = folder.path().display().to_string();
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            let found = found.map(|(_, value)| (*value).to_owned());
            found.or_else(|| (name == "HOME").then(|| home.clone()))
        };
        settings(of_job, variable).map(|found| found.into_iter().collect())
    }

    #[test]
    fn the_profile_of_the_job_comes_before_that_of_the_environment_and_that_before_default() {
        let id = |found: Vec<(&str, String)>| found[0].1.clone();
        assert_eq!(id(of(None, &[]).unwrap()), "ID-OF-DEFAULT");
        let shop = of(None, &[("AWS_PROFILE", "shop")]).unwrap();
        assert_eq!(
            shop,
            [
                ("aws_access_key_id", "ID-OF-SHOP".to_owned()),
                ("aws_secret_access_key", "secret=with=signs".to_owned()),
                ("region", "eu-west-1".to_owned()),
            ]
        );
        let of_job = of(
            Some("shop"),
            &[("AWS_PROFILE", "default"), ("AWS_ACCESS_KEY_ID", "me")],
        );
        assert_eq!(id(of_job.unwrap()), "ID-OF-SHOP");
    }

    #[test]
    fn credentials_of_the_environment_need_no_profile() {
        for name in super::OTHER_CREDENTIALS {
            assert_eq!(
                of(None, &[(name, "x"), ("AWS_PROFILE", "nobody")]).unwrap(),
                []
            );
        }
    }

    #[test]
    fn a_profile_without_keys_is_told_with_the_cure() {
        for name in ["sso", "nobody"] {
            let told = of(None, &[("AWS_PROFILE", name)]).unwrap_err();
            assert!(told.contains(&format!("--profile {name}")), "{told}");
        }
        let none = [("HOME", "/nowhere")];
        assert_eq!(of(None, &none).unwrap(), []);
    }
}
