//! One world, one database, two engines: every question has the same answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use svetu_kernel::{Clock as _, SystemClock};
use svetu_testkit::Engine;

use crate::{
    platform::{Api, Place},
    questions::{Question, questions},
};

const ADS: &str = "600";
const QUESTIONS_MIN: usize = 200;
/// Ads like another one are ranked by the second, and the second is another one: so many of twelve may differ.
const SIMILAR_DIFFER_MAX: usize = 1;

#[derive(Debug, PartialEq)]
struct Heard {
    total: u64,
    /// Ads, suggestions or heaps, in their order.
    items: Vec<String>,
    understood: Value,
    /// `None`: the time for facets ran out.
    facets: Option<Value>,
}

async fn ask(api: &Api, question: &Question) -> Heard {
    let path = match question {
        Question::Search(query) => format!("search?limit=100&{query}"),
        Question::Cells(query) => format!("search/clusters?{query}"),
        Question::Suggest(query) => format!("search/suggest?{query}"),
        Question::Similar(id) => format!("listings/{id}/similar"),
    };
    let get = async |path: String| api.get(&format!("/api/v1/marketplace/{path}")).await.unwrap().expect(200);
    let mut page = get(path.clone()).await;
    let complete = page["facets_partial"] != true;
    let mut heard = Heard {
        total: page["total"].as_u64().unwrap_or(0),
        items: Vec::new(),
        understood: page["understood"].take(),
        facets: complete.then(|| page["facets"].take()),
    };
    loop {
        let items = page["items"].as_array().or(page["features"].as_array()).unwrap();
        heard.items.extend(items.iter().map(|item| match question {
            Question::Search(_) | Question::Similar(_) => format!("{} {}", item["id"], item["distance_m"]),
            Question::Suggest(_) => item.to_string(),
            Question::Cells(_) => {
                // A mean of whole numbers lies on a half, not here.
                let place = |key: &str| (item[key].as_f64().unwrap() * 1e6 + 0.1234).floor();
                format!(
                    "{} {} {} {} {}",
                    place("lat"),
                    place("lon"),
                    item["count"],
                    item["bbox"],
                    item["listing"]["id"]
                )
            }
        }));
        let Some(cursor) = page["cursor"].as_str() else { return heard };
        page = get(format!("{path}&{}", serde_html_form::to_string([("cursor", cursor)]).unwrap())).await;
    }
}

async fn ask_all(api: &Api, questions: &[Question]) -> BTreeMap<Question, Heard> {
    let mut heard = BTreeMap::new();
    for question in questions {
        heard.insert(question.clone(), ask(api, question).await);
    }
    heard
}

/// Relevance is of the hour.
fn hour() -> i64 {
    SystemClock.now().timestamp() / 3_600
}

struct Run {
    hour: i64,
    /// Ads there were, before and after.
    ads: [BTreeSet<String>; 2],
    heard: BTreeMap<Question, Heard>,
}

/// Asks a platform whose index was built anew: without what was overwritten on the way, since how often a token of it still counts is
/// each engine's own affair. `asked`: those of the run before; else they are made of the ads.
async fn run(place: &Place, search_url: &str, asked: Option<&Run>) -> Run {
    place.write("svetu.toml", format!("[search]\nurl = \"{search_url}\"\n"));
    let platform = place.up(&[]).await;
    let told = place.run(&["reindex"]).await.expect(0).out;
    assert!(!told.contains(" 0 ads"), "{told}");
    let hour = hour();
    let ads = async || platform.api.all("/api/v1/marketplace/search").await;
    let ids = |ads: &[Value]| ads.iter().map(|ad| ad["id"].to_string()).collect::<BTreeSet<_>>();
    let before = ads().await;
    let questions = match asked {
        Some(run) => run.heard.keys().cloned().collect(),
        None => questions(&before),
    };
    let heard = ask_all(&platform.api, &questions).await;
    let after = ads().await;
    let verified = place.run(&["verify"]).await.expect(0).out;
    assert!(verified.contains("0 missing, 0 stale, 0 surplus"), "{verified}");
    platform.stop().await;
    Run { hour, ads: [ids(&before), ids(&after)], heard }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_has_the_same_answer_on_both_engines() {
    let place = Place::fresh();
    place.run(&["seed", "--listings", ADS]).await.expect(0);
    let mut ours = run(&place, "tantivy:", None).await;
    assert!(ours.heard.len() >= QUESTIONS_MIN, "{} questions", ours.heard.len());
    let engine = Engine::start("opensearch");
    let theirs = run(&place, &format!("{}/same", engine.url()), Some(&ours)).await;
    // Ads of this world end as time goes by.
    if ours.ads != theirs.ads {
        ours = run(&place, "tantivy:", Some(&theirs)).await;
    }
    assert_eq!(ours.ads, theirs.ads, "the world stands still while it is asked");
    assert_eq!(ours.ads[0], ours.ads[1]);
    let (same_hour, questions) = (ours.hour == theirs.hour, theirs.heard.len());
    let (mut found, mut counted, mut mended, mut relaxed, mut differing) = (0, 0, 0, 0, Vec::new());
    for (question, ours) in ours.heard {
        let theirs = &theirs.heard[&question];
        let set = |heard: &Heard| heard.items.iter().cloned().collect::<BTreeSet<_>>();
        let same = match question {
            Question::Similar(_) => set(&ours).difference(&set(theirs)).count() <= SIMILAR_DIFFER_MAX,
            Question::Search(_) if !same_hour => set(&ours) == set(theirs),
            Question::Search(_) | Question::Cells(_) | Question::Suggest(_) => ours.items == theirs.items,
        };
        let facets = ours.facets.is_none() || theirs.facets.is_none() || ours.facets == theirs.facets;
        if !same || !facets || ours.total != theirs.total || ours.understood != theirs.understood {
            differing.push(format!("{question:?}\n  {ours:?}\n  {theirs:?}"));
        }
        found += usize::from(!ours.items.is_empty());
        counted += usize::from(ours.facets.is_some_and(|facets| facets.is_object() && theirs.facets.is_some()));
        mended += usize::from(ours.understood["corrected"].is_string());
        relaxed += usize::from(ours.understood["relaxed"].as_array().is_some_and(|steps| !steps.is_empty()));
    }
    println!(
        "{questions} questions: {found} found something, {counted} with all facets, {mended} mended, {relaxed} relaxed; order compared: {same_hour}"
    );
    let shown = differing.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(differing.is_empty(), "{} of {} differ:\n{shown}", differing.len(), questions);
    // Questions that nobody answers compare nothing.
    assert!(found > questions / 2 && counted > 100 && mended > 5 && relaxed > 5);
}
