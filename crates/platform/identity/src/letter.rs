//! Letters about the account, in the reader's language.

use chrono::NaiveDate;
use svetu_kernel::{Language, Timestamp};
use svetu_ports::Mail;
use uuid::Uuid;

use crate::tenants::ShopRole;

/// What a letter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Prove that the address is yours.
    Verify,
    /// Somebody signs up with an address that has an account.
    AlreadyHere,
    /// Set a new password.
    Recover,
    /// The password was changed.
    PasswordChanged,
    /// A code to sign in with.
    Code,
    /// A code that proves an address which a provider elsewhere named.
    UpstreamCode,
    /// A way in was added or taken away, or a recovery code used.
    FactorsChanged,
    /// Somebody knows the password and guesses at the second factor.
    FactorGuessed,
    /// A key for programs was made.
    KeyMade,
    /// A device that shows a code was let in.
    DeviceAllowed,
    /// There are two of one passkey.
    PasskeyCopied,
    /// Somebody signed in from a device and a network that were not seen on the account before.
    NewDevice,
    /// The staff were asked to take away the second factors; who did not ask may refuse.
    ResetAsked,
    /// They were taken away.
    FactorsReset,
    /// One of support looks at the platform in the person's place.
    SupportCame,
    /// Somebody asks into the team of a shop.
    Invited,
    /// The role in a shop is another one.
    ShopRole { shop: Uuid, role: ShopRole },
    /// Taken out of the team of a shop.
    ShopRemoved { shop: Uuid },
    /// The account will be erased on this day.
    ErasureAsked { due: NaiveDate },
    /// It is erased: the last letter.
    Erased,
    /// Everything about the person is there to be downloaded, until this day.
    ExportReady { until: NaiveDate },
}

/// What works once.
#[derive(Debug, Clone, Copy)]
pub enum Carries<'a> {
    Nothing,
    /// In the link.
    Token(&'a str),
    /// To be typed.
    Code(&'a str),
}

struct Words {
    subject: &'static str,
    body: &'static str,
    button: &'static str,
    end: &'static str,
}

const fn words(letter: Letter, language: Language) -> Words {
    match (letter, language) {
        (Letter::Verify, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Potvrdite svoju adresu",
            body: "Dobro došli na Sve Tu! Potvrdite da je ova adresa vaša i nalog je spreman. Link važi 24 sata.",
            button: "Potvrdi adresu",
            end: "Ako niste vi otvorili nalog, samo zanemarite ovo pismo i ne otvarajte link.",
        },
        (Letter::Verify, Language::Ru) => Words {
            subject: "Подтвердите свой адрес",
            body: "Добро пожаловать на Sve Tu! Подтвердите, что этот адрес ваш, и аккаунт готов. Ссылка действует 24 часа.",
            button: "Подтвердить адрес",
            end: "Если вы не создавали аккаунт, просто не обращайте внимания на это письмо и не открывайте ссылку.",
        },
        (Letter::Verify, Language::En) => Words {
            subject: "Confirm your address",
            body: "Welcome to Sve Tu! Confirm that this address is yours and your account is ready. The link is valid for 24 hours.",
            button: "Confirm the address",
            end: "If you did not open an account, ignore this letter and do not follow the link.",
        },
        (Letter::AlreadyHere, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Već imate nalog",
            body: "Neko je pokušao da otvori nalog sa ovom adresom, a vi ga već imate. Ako ste to bili vi, prijavite se; zaboravljenu lozinku možete da zamenite novom.",
            button: "Prijavi se",
            end: "Ako to niste bili vi, ne morate ništa da radite.",
        },
        (Letter::AlreadyHere, Language::Ru) => Words {
            subject: "У вас уже есть аккаунт",
            body: "Кто-то попытался создать аккаунт с этим адресом, но он у вас уже есть. Если это были вы, войдите; забытый пароль можно заменить новым.",
            button: "Войти",
            end: "Если это были не вы, ничего делать не нужно.",
        },
        (Letter::AlreadyHere, Language::En) => Words {
            subject: "You already have an account",
            body: "Somebody tried to open an account with this address, and you already have one. If it was you, sign in; a forgotten password can be replaced.",
            button: "Sign in",
            end: "If it was not you, there is nothing to do.",
        },
        (Letter::Recover, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Nova lozinka",
            body: "Zatražena je nova lozinka za vaš nalog. Link važi 15 minuta i može se upotrebiti samo jednom.",
            button: "Postavi novu lozinku",
            end: "Ako to niste bili vi, zanemarite ovo pismo: vaša lozinka ostaje ista.",
        },
        (Letter::Recover, Language::Ru) => Words {
            subject: "Новый пароль",
            body: "Для вашего аккаунта запрошен новый пароль. Ссылка действует 15 минут и только один раз.",
            button: "Задать новый пароль",
            end: "Если это были не вы, не обращайте внимания на это письмо: пароль останется прежним.",
        },
        (Letter::Recover, Language::En) => Words {
            subject: "A new password",
            body: "A new password was asked for your account. The link is valid for 15 minutes and works once.",
            button: "Set a new password",
            end: "If it was not you, ignore this letter: your password stays as it is.",
        },
        (Letter::NewDevice, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Prijava sa novog uređaja",
            body: "Neko se upravo prijavio na vaš nalog sa uređaja ili mreže sa kojih se do sada niste prijavljivali.",
            button: "Pogledaj prijave",
            end: "Ako ste to bili vi, ne morate ništa da radite. Ako niste, odjavite taj uređaj i odmah promenite lozinku.",
        },
        (Letter::NewDevice, Language::Ru) => Words {
            subject: "Вход с нового устройства",
            body: "Кто-то только что вошёл в ваш аккаунт с устройства или из сети, с которых вы раньше не входили.",
            button: "Посмотреть сеансы",
            end: "Если это были вы, ничего делать не нужно. Если нет, завершите этот сеанс и сразу смените пароль.",
        },
        (Letter::NewDevice, Language::En) => Words {
            subject: "A sign-in from a new device",
            body: "Somebody has just signed in to your account from a device or a network that you have not signed in from before.",
            button: "See where you are signed in",
            end: "If it was you, there is nothing to do. If it was not, end that session and change your password at once.",
        },
        (Letter::PasswordChanged, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Lozinka je promenjena",
            body: "Lozinka vašeg naloga upravo je promenjena. Ostali uređaji su odjavljeni, a ključevi za programe više ne važe.",
            button: "Pregledaj prijave",
            end: "Ako to niste bili vi, odmah zatražite novu lozinku na stranici za prijavu.",
        },
        (Letter::PasswordChanged, Language::Ru) => Words {
            subject: "Пароль изменён",
            body: "Пароль вашего аккаунта только что изменён. На остальных устройствах выполнен выход, ключи для программ больше не действуют.",
            button: "Посмотреть сеансы",
            end: "Если это были не вы, сразу запросите новый пароль на странице входа.",
        },
        (Letter::PasswordChanged, Language::En) => Words {
            subject: "Your password was changed",
            body: "The password of your account was just changed. Other devices were signed out, and keys for programs are no longer valid.",
            button: "Look at your sessions",
            end: "If it was not you, ask for a new password on the sign-in page at once.",
        },
        (Letter::Code, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Kod za prijavu",
            body: "Ovim kodom se prijavljujete na Sve Tu. Važi 10 minuta, samo u pregledaču u kom ste ga zatražili.",
            button: "",
            end: "Ako ga niste vi zatražili, zanemarite ovo pismo. Kod nikome ne govorite: od nas vas za njega niko neće pitati.",
        },
        (Letter::Code, Language::Ru) => Words {
            subject: "Код для входа",
            body: "С этим кодом вы войдёте на Sve Tu. Он действует 10 минут и только в том браузере, в котором вы его запросили.",
            button: "",
            end: "Если вы его не запрашивали, не обращайте внимания на это письмо. Никому не сообщайте код: мы никогда его не спрашиваем.",
        },
        (Letter::Code, Language::En) => Words {
            subject: "Your sign-in code",
            body: "This code signs you in to Sve Tu. It is valid for 10 minutes, only in the browser where you asked for it.",
            button: "",
            end: "If you did not ask for it, ignore this letter. Tell the code to nobody: we never ask for it.",
        },
        (Letter::UpstreamCode, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Kod za potvrdu adrese",
            body: "Neko se na Sve Tu prijavljuje nalogom sa drugog sajta i kaže da je ova adresa njegova. Ako ste to vi, upišite ovaj kod. Važi 10 minuta, samo u pregledaču u kom ste ga zatražili.",
            button: "",
            end: "Ako to niste vi, zanemarite ovo pismo: bez koda se ništa neće desiti. Kod nikome ne govorite, od nas vas za njega niko neće pitati.",
        },
        (Letter::UpstreamCode, Language::Ru) => Words {
            subject: "Код для подтверждения адреса",
            body: "Кто-то входит на Sve Tu через аккаунт на другом сайте и говорит, что это его адрес. Если это вы, введите код. Он действует 10 минут и только в том браузере, в котором вы его запросили.",
            button: "",
            end: "Если это не вы, не обращайте внимания на это письмо: без кода ничего не произойдёт. Никому не сообщайте код, мы никогда его не спрашиваем.",
        },
        (Letter::UpstreamCode, Language::En) => Words {
            subject: "A code to confirm your address",
            body: "Somebody signs in to Sve Tu by an account on another site and says that this address is theirs. If it is you, type this code. It is valid for 10 minutes, only in the browser where you asked for it.",
            button: "",
            end: "If it is not you, ignore this letter: without the code nothing happens. Tell it to nobody, we never ask for it.",
        },
        (Letter::FactorsChanged, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Promena u načinu prijave",
            body: "Način na koji se prijavljujete na svoj nalog upravo je promenjen: dodat je ili uklonjen pristupni ključ, aplikacija za kodove, telefon ili nalog na drugom sajtu, ili je upotrebljen rezervni kod.",
            button: "Pregledaj načine prijave",
            end: "Ako to niste bili vi, odmah postavite novu lozinku i uklonite ono što ne prepoznajete.",
        },
        (Letter::FactorsChanged, Language::Ru) => Words {
            subject: "Изменён способ входа",
            body: "Способ входа в ваш аккаунт только что изменён: добавлен или удалён ключ доступа, приложение с кодами, телефон или аккаунт на другом сайте, либо использован резервный код.",
            button: "Посмотреть способы входа",
            end: "Если это были не вы, сразу задайте новый пароль и удалите то, чего не узнаёте.",
        },
        (Letter::FactorsChanged, Language::En) => Words {
            subject: "The ways into your account changed",
            body: "The way you sign in was just changed: a passkey, an authenticator app, a telephone or an account elsewhere was added or removed, or a recovery code was used.",
            button: "Look at the ways in",
            end: "If it was not you, set a new password at once and remove what you do not recognise.",
        },
        (Letter::FactorGuessed, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Neko pogađa vaš kod za prijavu",
            body: "Neko je danas više puta prošao prvi korak prijave na vaš nalog, a zatim upisao pogrešan kod. Na nalog nije ušao.",
            button: "Pogledaj šta se dešavalo",
            end: "Ako to niste bili vi, odmah promenite lozinku: neko je verovatno zna.",
        },
        (Letter::FactorGuessed, Language::Ru) => Words {
            subject: "Кто-то подбирает ваш код для входа",
            body: "Сегодня кто-то несколько раз прошёл первый шаг входа в ваш аккаунт и ввёл неверный код. В аккаунт он не вошёл.",
            button: "Посмотреть, что происходило",
            end: "Если это были не вы, сразу смените пароль: его, вероятно, кто-то знает.",
        },
        (Letter::FactorGuessed, Language::En) => Words {
            subject: "Somebody guesses at your sign-in code",
            body: "Several times today somebody passed the first step of signing in to your account and then typed a wrong code. They did not get in.",
            button: "See what happened",
            end: "If it was not you, change your password at once: somebody probably knows it.",
        },
        (Letter::KeyMade, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Napravljen je ključ za programe",
            body: "Na vašem nalogu upravo je napravljen ključ kojim program može da radi u vaše ime, u granicama koje ste mu zadali.",
            button: "Pregledaj ključeve",
            end: "Ako ga niste vi napravili, opozovite ga i odmah promenite lozinku: time prestaju da važe svi ključevi.",
        },
        (Letter::KeyMade, Language::Ru) => Words {
            subject: "Создан ключ для программ",
            body: "В вашем аккаунте только что создан ключ, с которым программа может действовать от вашего имени в заданных вами границах.",
            button: "Посмотреть ключи",
            end: "Если его создали не вы, отзовите его и сразу смените пароль: после этого перестанут действовать все ключи.",
        },
        (Letter::KeyMade, Language::En) => Words {
            subject: "A key for programs was made",
            body: "A key was just made in your account, with which a program may act in your name within the bounds that you gave it.",
            button: "See your keys",
            end: "If you did not make it, revoke it and change your password at once: that ends all keys.",
        },
        (Letter::DeviceAllowed, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Odobren je pristup uređaju",
            body: "Upravo je sa vašeg naloga odobren pristup uređaju ili programu koji prikazuje kod.",
            button: "Pregledaj aplikacije",
            end: "Ako to niste bili vi, oduzmite mu pristup i odmah promenite lozinku.",
        },
        (Letter::DeviceAllowed, Language::Ru) => Words {
            subject: "Устройству разрешён доступ",
            body: "Только что из вашего аккаунта был разрешён доступ устройству или программе, которые показывают код.",
            button: "Посмотреть приложения",
            end: "Если это были не вы, отзовите этот доступ и сразу смените пароль.",
        },
        (Letter::DeviceAllowed, Language::En) => Words {
            subject: "A device was let in",
            body: "A device or program that shows a code was just let in from your account.",
            button: "See the applications",
            end: "If it was not you, take its access away and change your password at once.",
        },
        (Letter::PasskeyCopied, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Odbijen je kopiran pristupni ključ",
            body: "Neko je pokušao da se prijavi kopijom vašeg pristupnog ključa. Prijavu smo odbili.",
            button: "Pregledaj načine prijave",
            end: "Uklonite taj ključ sa naloga i napravite novi.",
        },
        (Letter::PasskeyCopied, Language::Ru) => Words {
            subject: "Отклонена копия ключа доступа",
            body: "Кто-то попытался войти с копией вашего ключа доступа. Во входе отказано.",
            button: "Посмотреть способы входа",
            end: "Удалите этот ключ из аккаунта и создайте новый.",
        },
        (Letter::PasskeyCopied, Language::En) => Words {
            subject: "A copied passkey was refused",
            body: "Somebody tried to sign in with a copy of your passkey. We refused.",
            button: "Look at the ways in",
            end: "Remove that passkey from your account and make a new one.",
        },
        (Letter::ResetAsked, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Zatraženo je uklanjanje drugog koraka prijave",
            body: "Naša podrška je zamoljena da sa vašeg naloga ukloni aplikaciju za kodove i pristupne ključeve, kao da ste ih izgubili. To mora da odobri još jedan naš zaposleni.",
            button: "Odbij zahtev",
            end: "Ako ste to tražili vi, sačekajte naše sledeće pismo. Ako niste, prijavite se, odbijte zahtev i promenite lozinku.",
        },
        (Letter::ResetAsked, Language::Ru) => Words {
            subject: "Запрошен сброс второго шага входа",
            body: "Нашу поддержку попросили убрать из вашего аккаунта приложение с кодами и ключи доступа, как будто вы их потеряли. Это должен одобрить ещё один наш сотрудник.",
            button: "Отклонить просьбу",
            end: "Если просили вы, дождитесь нашего следующего письма. Если нет, войдите, отклоните просьбу и смените пароль.",
        },
        (Letter::ResetAsked, Language::En) => Words {
            subject: "Your second step of signing in is about to be removed",
            body: "Our support was asked to remove the authenticator app and the passkeys from your account, as if you had lost them. Another of our people has to approve it.",
            button: "Refuse",
            end: "If it was you, wait for our next letter. If it was not, sign in, refuse the request and change your password.",
        },
        (Letter::FactorsReset, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Drugi korak prijave je uklonjen",
            body: "Na zahtev naše podrške sa vašeg naloga su uklonjeni aplikacija za kodove, pristupni ključevi, rezervni kodovi i upamćeni uređaji, i svi uređaji su odjavljeni.",
            button: "Prijavi se",
            end: "Prijavite se lozinkom, ili zatražite novu, pa odmah ponovo uključite drugi korak prijave.",
        },
        (Letter::FactorsReset, Language::Ru) => Words {
            subject: "Второй шаг входа убран",
            body: "По просьбе через нашу поддержку из вашего аккаунта убраны приложение с кодами, ключи доступа, резервные коды и запомненные устройства, на всех устройствах выполнен выход.",
            button: "Войти",
            end: "Войдите с паролем или запросите новый и сразу снова включите второй шаг входа.",
        },
        (Letter::FactorsReset, Language::En) => Words {
            subject: "Your second step of signing in was removed",
            body: "As our support was asked, the authenticator app, the passkeys, the recovery codes and the remembered devices were removed from your account, and all devices are signed out.",
            button: "Sign in",
            end: "Sign in with your password, or ask for a new one, and turn the second step on again at once.",
        },
        (Letter::SupportCame, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Podrška gleda vaš nalog",
            body: "Da bi vam pomogla, naša podrška narednih 15 minuta može da gleda Sve Tu onako kako ga vidite vi. Ne može ništa da promeni, ne vidi vaše načine prijave niti brojeve telefona, i sve ostaje zabeleženo.",
            button: "Pogledaj šta se dešavalo",
            end: "Ako od podrške niste tražili pomoć, javite nam se.",
        },
        (Letter::SupportCame, Language::Ru) => Words {
            subject: "Поддержка смотрит ваш аккаунт",
            body: "Чтобы помочь вам, наша поддержка в ближайшие 15 минут может видеть Sve Tu так, как видите его вы. Изменить она ничего не может, способов входа и номеров телефона не видит, и всё это записывается.",
            button: "Посмотреть, что происходило",
            end: "Если вы не просили поддержку о помощи, сообщите нам.",
        },
        (Letter::SupportCame, Language::En) => Words {
            subject: "Support looks at your account",
            body: "To help you, our support can see Sve Tu as you see it for the next 15 minutes. They can change nothing, see neither your ways of signing in nor telephone numbers, and all of it is recorded.",
            button: "See what happened",
            end: "If you did not ask support for help, tell us.",
        },
        (Letter::Invited, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Poziv u tim",
            body: "Pozvani ste u tim jedne prodavnice na Sve Tu. Poziv važi sedam dana i namenjen je samo ovoj adresi.",
            button: "Pogledaj poziv",
            end: "Ako ne znate ko vas poziva, zanemarite ovo pismo.",
        },
        (Letter::Invited, Language::Ru) => Words {
            subject: "Приглашение в команду",
            body: "Вас приглашают в команду магазина на Sve Tu. Приглашение действует семь дней и только для этого адреса.",
            button: "Посмотреть приглашение",
            end: "Если вы не знаете, кто вас приглашает, не обращайте внимания на это письмо.",
        },
        (Letter::Invited, Language::En) => Words {
            subject: "An invitation to a team",
            body: "You are invited to the team of a shop on Sve Tu. The invitation is valid for seven days, for this address alone.",
            button: "See the invitation",
            end: "If you do not know who invites you, ignore this letter.",
        },
        (Letter::ShopRole { .. }, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Promenjena je vaša uloga u prodavnici",
            body: "Neko ko vodi prodavnicu na Sve Tu promenio je vašu ulogu u timu. Od sada ste tamo:",
            button: "Moje prodavnice",
            end: "Ako ne znate zašto, pitajte vlasnika prodavnice.",
        },
        (Letter::ShopRole { .. }, Language::Ru) => Words {
            subject: "Изменилась ваша роль в магазине",
            body: "Руководство магазина на Sve Tu изменило вашу роль в команде. Теперь вы там:",
            button: "Мои магазины",
            end: "Если вы не знаете почему, спросите владельца магазина.",
        },
        (Letter::ShopRole { .. }, Language::En) => Words {
            subject: "Your role in a shop changed",
            body: "Somebody who runs a shop on Sve Tu changed your role in its team. From now on you are:",
            button: "My shops",
            end: "If you do not know why, ask the owner of the shop.",
        },
        (Letter::ShopRemoved { .. }, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Više niste u timu prodavnice",
            body: "Neko ko vodi prodavnicu na Sve Tu uklonio vas je iz tima. Oglase te prodavnice više ne možete da menjate.",
            button: "Moje prodavnice",
            end: "Ako ne znate zašto, pitajte vlasnika prodavnice.",
        },
        (Letter::ShopRemoved { .. }, Language::Ru) => Words {
            subject: "Вы больше не в команде магазина",
            body: "Руководство магазина на Sve Tu исключило вас из команды. Менять объявления этого магазина вы больше не можете.",
            button: "Мои магазины",
            end: "Если вы не знаете почему, спросите владельца магазина.",
        },
        (Letter::ShopRemoved { .. }, Language::En) => Words {
            subject: "You are no longer in the team of a shop",
            body: "Somebody who runs a shop on Sve Tu removed you from its team. You can no longer change the ads of that shop.",
            button: "My shops",
            end: "If you do not know why, ask the owner of the shop.",
        },
        (Letter::ErasureAsked { .. }, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Nalog će biti obrisan",
            body: "Zatražili ste brisanje naloga. Do {day} možete da se predomislite; posle toga brišemo sve vaše podatke i to se ne može vratiti.",
            button: "Zadrži nalog",
            end: "Ako to niste bili vi, odmah se prijavite, zadržite nalog i promenite lozinku.",
        },
        (Letter::ErasureAsked { .. }, Language::Ru) => Words {
            subject: "Аккаунт будет удалён",
            body: "Вы попросили удалить аккаунт. До {day} можно передумать; потом мы удалим все ваши данные, и вернуть их будет нельзя.",
            button: "Сохранить аккаунт",
            end: "Если это были не вы, сразу войдите, сохраните аккаунт и смените пароль.",
        },
        (Letter::ErasureAsked { .. }, Language::En) => Words {
            subject: "Your account will be erased",
            body: "You asked us to erase your account. You can change your mind until {day}; then all your data is erased, and nothing brings it back.",
            button: "Keep the account",
            end: "If it was not you, sign in at once, keep the account and change the password.",
        },
        (Letter::Erased, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Nalog je obrisan",
            body: "Vaš nalog i vaši podaci su obrisani. Ovo je poslednje pismo koje dobijate od nas. Hvala što ste bili sa nama.",
            button: "Sve Tu",
            end: "Ono što zakon nalaže da čuvamo ne nosi više ni vaše ime ni vašu adresu.",
        },
        (Letter::Erased, Language::Ru) => Words {
            subject: "Аккаунт удалён",
            body: "Ваш аккаунт и ваши данные удалены. Это последнее письмо от нас. Спасибо, что были с нами.",
            button: "Sve Tu",
            end: "То, что мы обязаны хранить по закону, больше не содержит ни вашего имени, ни адреса.",
        },
        (Letter::Erased, Language::En) => Words {
            subject: "Your account is erased",
            body: "Your account and your data are erased. This is the last letter that you get from us. Thank you for having been here.",
            button: "Sve Tu",
            end: "What the law makes us keep bears neither your name nor your address any more.",
        },
        (Letter::ExportReady { .. }, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Vaši podaci su spremni",
            body: "Sve što znamo o vama je u jednoj datoteci. Možete da je preuzmete do {day}, prijavljeni na svoj nalog.",
            button: "Preuzmi podatke",
            end: "Ako to niste bili vi, odmah promenite lozinku.",
        },
        (Letter::ExportReady { .. }, Language::Ru) => Words {
            subject: "Ваши данные готовы",
            body: "Всё, что мы о вас знаем, собрано в одном файле. Его можно скачать до {day}, войдя в свой аккаунт.",
            button: "Скачать данные",
            end: "Если это были не вы, сразу смените пароль.",
        },
        (Letter::ExportReady { .. }, Language::En) => Words {
            subject: "Your data is ready",
            body: "All that we know about you is in one file. You can download it until {day}, signed in to your account.",
            button: "Download the data",
            end: "If it was not you, change your password at once.",
        },
    }
}

pub fn write(letter: Letter, id: Uuid, to: &str, language: Language, site_url: &str, carries: Carries<'_>) -> Mail {
    let words = words(letter, language);
    let say = |text: &str| match language {
        Language::SrCyrl => svetu_text::latin_to_cyrillic(text),
        Language::SrLatn | Language::Ru | Language::En => text.to_owned(),
    };
    let page = match letter {
        Letter::Verify => "verify",
        Letter::AlreadyHere | Letter::Code | Letter::UpstreamCode | Letter::FactorsReset => "sign-in",
        Letter::Recover => "recover",
        Letter::Invited => "invitation",
        Letter::ShopRole { .. } | Letter::ShopRemoved { .. } => "account/shops",
        Letter::PasswordChanged
        | Letter::FactorsChanged
        | Letter::PasskeyCopied
        | Letter::FactorGuessed
        | Letter::NewDevice
        | Letter::SupportCame
        | Letter::ResetAsked => "account/security",
        Letter::KeyMade => "account/keys",
        Letter::DeviceAllowed | Letter::ErasureAsked { .. } | Letter::ExportReady { .. } => "account/privacy",
        Letter::Erased => "",
    };
    let query = match carries {
        Carries::Token(token) => format!("?token={token}"),
        Carries::Nothing | Carries::Code(_) => String::new(),
    };
    let url = format!("{site_url}{}/{page}{query}", language.path_prefix());
    let (body, button, end) =
        (say(&words.body.replace("{day}", &day(letter, language))), say(words.button), say(words.end));
    let (text, middle) = match carries {
        Carries::Code(code) => (
            format!("{body}\n\n{code}\n\n{end}\n"),
            format!("<p style=\"font-size:2rem;letter-spacing:.3rem;font-family:monospace\">{code}</p>"),
        ),
        Carries::Nothing | Carries::Token(_) => (
            format!("{body}\n\n{button}:\n{url}\n\n{end}\n"),
            format!(
                "<p><a href=\"{url}\" style=\"display:inline-block;padding:.7rem 1.2rem;background:#0b57d0;color:#fff;\
                 border-radius:.4rem;text-decoration:none\">{button}</a></p><p style=\"word-break:break-all\">{url}</p>"
            ),
        ),
    };
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><body style=\"font-family:sans-serif;line-height:1.5;max-width:34rem;margin:2rem auto\">\
         <p>{body}</p>{middle}<p style=\"color:#555\">{end}</p></body></html>"
    );
    Mail { id, to: to.to_owned(), subject: say(words.subject), text, html, unsubscribe: None }
}

/// Below the first paragraph: from what device, from what network, when. The same in every language.
pub fn say_where(mail: &mut Mail, device: &str, network: &str, at: Timestamp) {
    say(mail, &format!("{device} · {network} · {} UTC", at.format("%F %H:%M")));
}

/// A line below the first paragraph, as it is written in any language.
pub fn say(mail: &mut Mail, line: &str) {
    mail.text = mail.text.replacen("\n\n", &format!("\n\n{line}\n\n"), 1);
    let html = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    mail.html = mail.html.replacen("</p>", &format!("</p><p><strong>{html}</strong></p>"), 1);
}

/// What somebody is in a shop, as the reader calls it.
pub fn role(role: ShopRole, language: Language) -> String {
    let name = match (role, language) {
        (ShopRole::Owner, Language::SrLatn | Language::SrCyrl) => "vlasnik",
        (ShopRole::Manager, Language::SrLatn | Language::SrCyrl) => "menadžer",
        (ShopRole::Member, Language::SrLatn | Language::SrCyrl) => "član",
        (ShopRole::Owner, Language::Ru) => "владелец",
        (ShopRole::Manager, Language::Ru) => "менеджер",
        (ShopRole::Member, Language::Ru) => "участник",
        (ShopRole::Owner, Language::En) => "owner",
        (ShopRole::Manager, Language::En) => "manager",
        (ShopRole::Member, Language::En) => "member",
    };
    match language {
        Language::SrCyrl => svetu_text::latin_to_cyrillic(name),
        Language::SrLatn | Language::Ru | Language::En => name.to_owned(),
    }
}

fn day(letter: Letter, language: Language) -> String {
    let day = match letter {
        Letter::ErasureAsked { due } => due,
        Letter::ExportReady { until } => until,
        Letter::Verify
        | Letter::AlreadyHere
        | Letter::Recover
        | Letter::PasswordChanged
        | Letter::Code
        | Letter::UpstreamCode
        | Letter::FactorsChanged
        | Letter::PasskeyCopied
        | Letter::KeyMade
        | Letter::DeviceAllowed
        | Letter::FactorGuessed
        | Letter::NewDevice
        | Letter::ResetAsked
        | Letter::FactorsReset
        | Letter::SupportCame
        | Letter::Invited
        | Letter::ShopRole { .. }
        | Letter::ShopRemoved { .. }
        | Letter::Erased => {
            return String::new();
        }
    };
    let form = match language {
        Language::SrLatn | Language::SrCyrl => "%-d. %-m. %Y.",
        Language::Ru => "%d.%m.%Y",
        Language::En => "%-d %B %Y",
    };
    day.format(form).to_string()
}

/// As the site's addresses begin.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_languages() {
        for (language, subject, start) in [
            (Language::SrLatn, "Potvrdite svoju adresu", "http://h/verify?token=t"),
            (Language::SrCyrl, "Потврдите своју адресу", "http://h/sr-cyrl/verify?token=t"),
            (Language::Ru, "Подтвердите свой адрес", "http://h/ru/verify?token=t"),
            (Language::En, "Confirm your address", "http://h/en/verify?token=t"),
        ] {
            let mail = write(Letter::Verify, Uuid::nil(), "a@b.rs", language, "http://h", Carries::Token("t"));
            assert_eq!(mail.subject, subject);
            assert!(mail.text.contains(start), "{}", mail.text);
            let mail = write(Letter::Code, Uuid::nil(), "a@b.rs", language, "http://h", Carries::Code("012345"));
            assert!(mail.text.contains("\n012345\n") && mail.html.contains(">012345<"), "{}", mail.text);
        }
    }
}
