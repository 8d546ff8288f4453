//! Which engines a binary has, and what is said of those that it has not.

use anyhow::{Result, bail};

use crate::config::Config;

const KAFKA: Option<(&str, bool)> = Some(("kafka", cfg!(feature = "kafka")));
const OPENSEARCH: Option<(&str, bool)> = Some(("opensearch", cfg!(feature = "opensearch")));
const REDIS: Option<(&str, bool)> = Some(("redis", cfg!(feature = "redis")));
const S3: Option<(&str, bool)> = Some(("s3", cfg!(feature = "s3")));

pub fn check(config: &Config) -> Result<()> {
    chosen("bus.url", &config.bus.url, &["postgres:"], &[("kafka://", KAFKA)])?;
    let opensearch = [("opensearch://", OPENSEARCH), ("opensearchs://", OPENSEARCH)];
    chosen("search.url", &config.search.url, &["tantivy:"], &opensearch)?;
    chosen("cache.url", &config.cache.url, &["memory:"], &[("redis://", REDIS), ("rediss://", REDIS)])?;
    chosen("objects.url", &config.objects.url, &["file:"], &[("s3://", S3)])?;
    chosen("secrets.url", &config.secrets.url, &["file:"], &[("vault://", None)])?;
    chosen("mail.url", &config.mail.url, &["outbox:", "smtp://", "smtps://", "smtp+insecure://"], &[])
}

/// The collector of traces, if there is one.
pub fn traces(url: &str) -> Result<()> {
    if url.is_empty() {
        return Ok(());
    }
    #[cfg(feature = "otlp")]
    return svetu_otlp::Otlp::check(url, 1.0).map_err(|error| anyhow::anyhow!("telemetry.otlp_url: {error}"));
    #[cfg(not(feature = "otlp"))]
    bail!(
        "telemetry.otlp_url: the exporter of traces is not compiled into this binary; `cargo build --package svetu --features otlp` makes one that has it"
    )
}

/// `known`: engines that may not be compiled in, told apart from those that nobody knows, each with its feature and whether it is.
fn chosen(key: &str, url: &str, here: &[&str], known: &[(&str, Option<(&str, bool)>)]) -> Result<()> {
    let compiled =
        known.iter().filter(|(_, feature)| feature.is_some_and(|(_, is_in)| is_in)).map(|(prefix, _)| *prefix);
    let here: Vec<&str> = here.iter().copied().chain(compiled).collect();
    if here.iter().any(|prefix| url.starts_with(prefix)) {
        return Ok(());
    }
    let scheme = url.split(':').next().unwrap_or_default();
    match known.iter().find(|(prefix, _)| prefix.split(':').next() == Some(scheme)) {
        Some((_, Some((feature, false)))) => bail!(
            "{key}: the engine `{scheme}` is not compiled into this binary, which has {}; `cargo build --package svetu --features {feature}` makes one that has it",
            here.join(", ")
        ),
        Some((_, None)) => {
            bail!("{key}: the engine `{scheme}` is not compiled into this binary; it has {}", here.join(", "))
        }
        Some(_) | None => bail!("{key} is `{scheme}:…`: expected {}", here.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_was_left_out_is_told_with_the_way_to_have_it() {
        let known = [("near://", Some(("near", true))), ("far://", Some(("far", false))), ("someday://", None)];
        let ask = |url| chosen("bus.url", url, &["here:"], &known);
        assert!(ask("here:").is_ok() && ask("near://host").is_ok());
        let told = ask("far://host").unwrap_err().to_string();
        assert!(told.contains("here:, near://") && told.contains("--features far"), "{told}");
        let told = ask("someday://host").unwrap_err().to_string();
        assert!(told.contains("not compiled into this binary") && !told.contains("--features"), "{told}");
        let told = ask("nobody://host").unwrap_err().to_string();
        assert!(told.contains("expected here: or near://"), "{told}");
    }
}
