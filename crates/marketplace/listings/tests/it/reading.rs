use expect_test::expect;
use serde_json::{Value, json};
use svetu_kernel::{Acting, Actor, Clock as _, Language, Role, SessionId};

use crate::world::{World, account, member, nobody, place, sofa, with};

fn car() -> Value {
    json!({
        "title": "Golf 7 na prodaju", "description": "Registrovan do maja.\nĐuro, prvi vlasnik.", "category": "cars",
        "price": { "kind": "fixed", "amount_minor": 850_000, "currency": "EUR" }, "condition": "used",
        "place_id": place(1), "language": "sr-Latn",
        "attributes": {
            "make": "volkswagen", "model": "golf-7", "year": 2015, "mileage_km": 180_000, "fuel": "diesel", "exchange": true,
            "registration_until": "2026-05-31", "safety_features": ["abs", "airbags"],
        },
    })
}

fn shown(ad: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("–").replace('\u{a0}', " ");
    let mut lines = vec![
        text(&ad["title"]),
        format!("original: {}", text(&ad["original"]["title"])),
        ad["category"]["path"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| text(&step["name"]))
            .collect::<Vec<_>>()
            .join(" › "),
        format!("{}, {}", text(&ad["place"]["name"]), text(&ad["place"]["parent_name"])),
    ];
    for one in ad["attributes"].as_array().unwrap() {
        lines.push(format!("{}: {} [{}]", text(&one["name"]), text(&one["text"]), one["value"]));
    }
    lines.join("\n")
}

#[tokio::test]
async fn every_reader_in_their_script() {
    let world = World::new().await;
    let (id, state) = world.publish(&member(1), car()).await;
    assert_eq!(state, "live");
    let mut told = String::new();
    for language in Language::ALL {
        let answer = world.call(&nobody(), &format!("GET /marketplace/listings/{id}?lang={language}"), None).await;
        told.push_str(&format!("== {language}\n{}\n", shown(&answer.body)));
    }
    expect![[r#"
        == sr-Latn
        Golf 7 na prodaju
        original: –
        Vozila › Automobili
        Čačak, Moravički okrug
        Marka: Volkswagen ["volkswagen"]
        Model: Golf 7 ["golf-7"]
        Godište: 2015 [2015]
        Kilometraža: 180.000 km [180000]
        Gorivo: Dizel ["diesel"]
        Registrovan do: 31.05.2026. ["2026-05-31"]
        Zamena moguća: Da [true]
        Sigurnost: ABS, Airbag [["abs","airbags"]]
        == sr-Cyrl
        Голф 7 на продају
        original: Golf 7 na prodaju
        Возила › Аутомобили
        Чачак, Моравички округ
        Марка: Volkswagen ["volkswagen"]
        Модел: Golf 7 ["golf-7"]
        Годиште: 2015 [2015]
        Километража: 180.000 km [180000]
        Гориво: Дизел ["diesel"]
        Регистрован до: 31.05.2026. ["2026-05-31"]
        Замена могућа: Да [true]
        Сигурност: ABS, Ваздушни јастуци [["abs","airbags"]]
        == ru
        Golf 7 na prodaju
        original: –
        Транспорт › Легковые автомобили
        Чачак, Моравички округ
        Марка: Volkswagen ["volkswagen"]
        Модель: Golf 7 ["golf-7"]
        Год выпуска: 2015 [2015]
        Пробег: 180 000 км [180000]
        Топливо: Дизель ["diesel"]
        Регистрация до: 31.05.2026 ["2026-05-31"]
        Возможен обмен: Да [true]
        Безопасность: ABS, Подушки безопасности [["abs","airbags"]]
        == en
        Golf 7 na prodaju
        original: –
        Vehicles › Cars
        Čačak, Moravički okrug
        Make: Volkswagen ["volkswagen"]
        Model: Golf 7 ["golf-7"]
        Year: 2015 [2015]
        Mileage: 180,000 km [180000]
        Fuel: Diesel ["diesel"]
        Registered until: 31 May 2026 ["2026-05-31"]
        Exchange possible: Yes [true]
        Safety: ABS, Airbags [["abs","airbags"]]
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn cyrillic_is_read_in_latin() {
    let world = World::new().await;
    let input = with(sofa(), json!({ "title": "Шпорет на дрва", "description": "Ђуро", "language": "sr-Cyrl" }));
    let (id, _) = world.publish(&member(1), input).await;
    let of = |language: &str| format!("GET /marketplace/listings/{id}?lang={language}");
    for language in ["sr-Latn", "en"] {
        let latin = world.call(&nobody(), &of(language), None).await;
        assert_eq!((&latin.body["title"], &latin.body["description"]), (&json!("Šporet na drva"), &json!("Đuro")));
        assert_eq!(
            latin.body["original"],
            json!({ "title": "Шпорет на дрва", "description": "Ђуро", "language": "sr-Cyrl" })
        );
    }
    for language in ["sr-Cyrl", "ru"] {
        let answer = world.call(&nobody(), &of(language), None).await;
        assert_eq!((&answer.body["title"], &answer.body["original"]), (&json!("Шпорет на дрва"), &Value::Null));
    }
    // The language is told by the letters where nobody says it.
    let input = with(sofa(), json!({ "title": "Продаётся диван", "language": null }));
    let id = world.draft(&member(1), input).await;
    assert_eq!(world.get(&member(1), &id).await.body["language"], "ru");
}

#[tokio::test]
async fn an_ad_knows_who_looks() {
    let world = World::new().await;
    let id = world.live(&member(1)).await;
    world.keepers.0.lock().extend([(id.parse().unwrap(), account(2)), (id.parse().unwrap(), account(5))]);
    for (who, own, favourite) in
        [(nobody(), false, false), (member(1), true, false), (member(2), false, true), (member(3), false, false)]
    {
        let ad = world.get(&who, &id).await.body;
        assert_eq!((&ad["own"], &ad["favourite"]), (&json!(own), &json!(favourite)));
        // The number is told by the reveal alone.
        assert_eq!(ad["contact"].get("phone").is_some(), own);
        assert_eq!(ad["contact"]["show_phone"], true);
        assert_eq!(ad["seller"]["name"], "Prodavac 1");
        assert_eq!((&ad["seller"]["live_count"], &ad["seller"]["kind"]), (&json!(1), &json!("person")));
    }
    // Support in the owner's place sees the ad as theirs, and no telephone, not even the owner's own: in no answer.
    let session = SessionId::from_uuid(uuid::Uuid::from_u128(7));
    let acting = Acting { account: account(90), session, until: world.clock.now() + chrono::Duration::minutes(9) };
    let support = Actor::stood_in_by(account(1), [Role::Member], acting);
    let ad = world.get(&support, &id).await.body;
    assert_eq!((&ad["own"], &ad["contact"]["show_phone"]), (&json!(true), &json!(true)));
    let mine = world.call(&support, "GET /marketplace/listings/mine", None).await;
    for told in [ad, mine.body] {
        let told = told.to_string();
        assert!(told.contains(&id) && !told.contains("\"phone\"") && !told.contains("+381"), "{told}");
    }
    assert_eq!(world.said(&support, &format!("POST /marketplace/listings/{id}/contact")).await, "403 auth.standing_in");
}
