//! Against a small SMS centre on this machine, and against octets as the SMPP 3.4 specification has them.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use parking_lot::Mutex;
use rusmpp::{
    Command, CommandId, CommandStatus, Pdu,
    pdus::{BindTransmitter, BindTransmitterResp, SubmitSm, SubmitSmResp},
    tokio_codec::CommandCodec,
    values::{DataCoding, InterfaceVersion, Npi, Ton},
};
use svetu_ports::{Secret, Sms, SmsError, SmsSender, sms};
use svetu_sms::{SmppConfig, SmppSms, SmppTimes, SmsConfigError};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_util::codec::Framed;

use super::message;

const TIMES: SmppTimes = SmppTimes {
    enquire_every: Duration::from_millis(50),
    connect_max: Duration::from_millis(500),
    answer_max: Duration::from_millis(500),
    rest: Duration::from_millis(150),
    rest_max: Duration::from_millis(400),
};

/// What a centre has heard, and how it answers.
#[derive(Clone, Default)]
struct Centre {
    binds: Arc<Mutex<Vec<BindTransmitter>>>,
    messages: Arc<Mutex<Vec<SubmitSm>>>,
    heard: Arc<Mutex<Vec<CommandId>>>,
    /// Of binds and of messages, the next ones first.
    bind_statuses: Arc<Mutex<Vec<CommandStatus>>>,
    statuses: Arc<Mutex<Vec<CommandStatus>>>,
    silent: Arc<Mutex<bool>>,
    hang_up: Arc<Notify>,
    /// It asks whether the other side is there, or wants to end.
    say: Arc<Mutex<Option<Pdu>>>,
    said: Arc<Notify>,
}

impl Centre {
    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut framed = Framed::new(stream, CommandCodec::new());
        loop {
            let command = tokio::select! {
                command = framed.next() => command,
                () = self.hang_up.notified() => return,
                () = self.said.notified() => {
                    let pdu = self.say.lock().take().unwrap();
                    let command = Command::builder().status(CommandStatus::EsmeRok).sequence_number(77).pdu(pdu);
                    framed.send(command).await.unwrap();
                    continue;
                }
            };
            let Some(Ok(command)) = command else { return };
            self.heard.lock().push(command.id());
            if *self.silent.lock() {
                continue;
            }
            let next = |statuses: &Mutex<Vec<CommandStatus>>| statuses.lock().pop().unwrap_or(CommandStatus::EsmeRok);
            let (status, pdu): (_, Pdu) = match command.pdu() {
                Some(Pdu::BindTransmitter(bind)) => {
                    self.binds.lock().push(bind.clone());
                    (next(&self.bind_statuses), BindTransmitterResp::default().into())
                }
                Some(Pdu::SubmitSm(message)) => {
                    let status = next(&self.statuses);
                    if status == CommandStatus::EsmeRok {
                        self.messages.lock().push(message.clone());
                    }
                    (status, SubmitSmResp::default().into())
                }
                Some(Pdu::EnquireLink) => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
                Some(Pdu::Unbind) => (CommandStatus::EsmeRok, Pdu::UnbindResp),
                _ => continue,
            };
            let answer = Command::builder().status(status).sequence_number(command.sequence_number()).pdu(pdu);
            framed.send(answer).await.unwrap();
        }
    }

    async fn listen(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.clone().serve(stream));
            }
        });
        port
    }

    /// Texts and numbers, the parts of a message put together again.
    fn received(&self) -> Vec<(String, String)> {
        self.messages.lock().iter().map(|part| (format!("+{}", part.destination_addr.as_str()), read(part))).collect()
    }

    fn count(&self, id: CommandId) -> usize {
        self.heard.lock().iter().filter(|heard| **heard == id).count()
    }

    /// Until it has happened; a test that waits in vain fails.
    async fn until(&self, what: &str, happened: impl Fn(&Self) -> bool) {
        for _ in 0..200 {
            if happened(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what}");
    }
}

fn read(part: &SubmitSm) -> String {
    let octets = part.short_message().as_ref();
    match part.data_coding {
        DataCoding::Ucs2 => {
            let units: Vec<u16> = octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).unwrap()
        }
        DataCoding::McSpecific => String::from_utf8(octets.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn sender(url: &str) -> SmppSms {
    let roots = rustls::RootCertStore::empty();
    SmppSms::with(config(url), tls(roots), TIMES).unwrap()
}

fn config(url: &str) -> SmppConfig {
    SmppConfig { url: url.to_owned(), password: Secret::new(b"secret08".to_vec()), from: "Sve Tu".to_owned() }
}

fn tls(roots: rustls::RootCertStore) -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn centre() -> (Centre, SmppSms) {
    let centre = Centre::default();
    let port = centre.clone().listen().await;
    (centre, sender(&format!("smpp://svetu@127.0.0.1:{port}?system_type=SUBMIT1")))
}

#[tokio::test]
async fn a_centre_keeps_the_contract() {
    let (centre, sms) = centre().await;
    let reader = centre.clone();
    sms::contract::all(&sms, move || {
        let reader = reader.clone();
        async move { reader.received() }.boxed()
    })
    .await;
    // One session for all of them, as a transmitter of 3.4.
    let binds = centre.binds.lock();
    assert_eq!(binds.len(), 1);
    let bind = &binds[0];
    let told = (bind.system_id.as_str(), bind.password.as_str(), bind.system_type.as_str(), bind.interface_version);
    assert_eq!(told, ("svetu", "secret08", "SUBMIT1", InterfaceVersion::Smpp3_4));
    let part = centre.messages.lock()[0].clone();
    let from = (part.source_addr_ton, part.source_addr_npi, part.source_addr.as_str());
    assert_eq!(from, (Ton::Alphanumeric, Npi::Unknown, "Sve Tu"));
    assert_eq!((part.dest_addr_ton, part.dest_addr_npi), (Ton::International, Npi::Isdn));
    assert_eq!(u8::from(part.registered_delivery), 0);
}

#[tokio::test]
async fn parts_of_a_long_message_are_one_answer() {
    let (centre, sms) = centre().await;
    let long = Sms { text: "Кодови ".repeat(20), ..message() };
    sms.send(&long).await.unwrap();
    assert_eq!(centre.messages.lock().len(), 3);
    // The second of them fails.
    *centre.statuses.lock() = vec![CommandStatus::EsmeRok, CommandStatus::EsmeRinvdstadr, CommandStatus::EsmeRok];
    assert!(matches!(sms.send(&long).await, Err(SmsError::Refused)));
}

#[tokio::test]
async fn what_will_never_go_is_told_apart_from_a_bad_moment() {
    let (centre, sms) = centre().await;
    for status in [CommandStatus::EsmeRinvdstadr, CommandStatus::EsmeRinvdstton, CommandStatus::EsmeRinvdstnpi] {
        centre.statuses.lock().push(status);
        assert!(matches!(sms.send(&message()).await, Err(SmsError::Refused)), "{status:?}");
    }
    for status in [CommandStatus::EsmeRsyserr, CommandStatus::EsmeRsubmitfail, CommandStatus::Other(0x0411)] {
        centre.statuses.lock().push(status);
        let error = sms.send(&message()).await.unwrap_err();
        assert!(matches!(error, SmsError::Unavailable(_)), "{status:?}");
        assert!(!error.to_string().contains("64123") && !error.to_string().contains("123456"), "{error}");
    }
    assert_eq!(centre.binds.lock().len(), 1, "a refused message ends no session");
}

#[tokio::test]
async fn a_centre_that_wants_less_is_let_alone_for_a_moment() {
    let (centre, sms) = centre().await;
    centre.statuses.lock().push(CommandStatus::EsmeRthrottled);
    assert!(matches!(sms.send(&message()).await, Err(SmsError::Unavailable(_))));
    assert!(matches!(sms.send(&message()).await, Err(SmsError::Unavailable(_))));
    assert_eq!(centre.count(CommandId::SubmitSm), 1, "nothing is said within the moment");
    tokio::time::sleep(TIMES.rest).await;
    sms.send(&message()).await.unwrap();
    assert_eq!(centre.messages.lock().len(), 1);
}

#[tokio::test]
async fn a_session_lives_while_nobody_sends_and_begins_anew_when_it_broke() {
    let (centre, sms) = centre().await;
    sms.send(&message()).await.unwrap();
    centre.until("it is asked whether it is there", |centre| centre.count(CommandId::EnquireLink) >= 2).await;
    // It asks itself.
    *centre.say.lock() = Some(Pdu::EnquireLink);
    centre.said.notify_one();
    centre.until("it is answered", |centre| centre.count(CommandId::EnquireLinkResp) == 1).await;
    sms.send(&message()).await.unwrap();
    assert_eq!(centre.binds.lock().len(), 1);
    // It ends the session, and then hangs up without a word.
    *centre.say.lock() = Some(Pdu::Unbind);
    centre.said.notify_one();
    centre.until("it is let go", |centre| centre.count(CommandId::UnbindResp) == 1).await;
    sms.send(&message()).await.unwrap();
    assert_eq!(centre.binds.lock().len(), 2);
    centre.hang_up.notify_one();
    tokio::time::sleep(Duration::from_millis(30)).await;
    sms.send(&message()).await.unwrap();
    assert_eq!((centre.binds.lock().len(), centre.messages.lock().len()), (3, 4));
    // Silence is an end too.
    *centre.silent.lock() = true;
    let error = sms.send(&message()).await.unwrap_err();
    assert!(matches!(error, SmsError::Unavailable(_)));
    *centre.silent.lock() = false;
    sms.send(&message()).await.unwrap();
    assert_eq!(centre.binds.lock().len(), 4);
    // Nobody can send any more: it is told.
    drop(sms);
    centre.until("farewell", |centre| centre.count(CommandId::Unbind) == 1).await;
}

#[tokio::test]
async fn a_session_that_cannot_be_had_is_asked_for_less_and_less_often() {
    let (centre, sms) = centre().await;
    centre.bind_statuses.lock().extend([CommandStatus::EsmeRinvpaswd, CommandStatus::EsmeRinvpaswd]);
    let mut told = sms.send(&message()).await.unwrap_err().to_string();
    assert!(told.contains("0x0000000e") && !told.contains("secret08"), "{told}");
    told = sms.send(&message()).await.unwrap_err().to_string();
    assert!(told.contains("let alone"), "{told}");
    tokio::time::sleep(TIMES.rest).await;
    assert!(sms.send(&message()).await.unwrap_err().to_string().contains("0x0000000e"));
    tokio::time::sleep(TIMES.rest).await;
    assert!(sms.send(&message()).await.unwrap_err().to_string().contains("let alone"));
    tokio::time::sleep(TIMES.rest).await;
    sms.send(&message()).await.unwrap();
    assert_eq!(centre.binds.lock().len(), 3);
    // Nobody listens there.
    let nobody = sender("smpp://svetu@127.0.0.1:9");
    assert!(matches!(nobody.send(&message()).await, Err(SmsError::Unavailable(_))));
}

#[tokio::test]
async fn with_tls_the_centre_shows_who_it_is() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smpps://svetu@localhost:{}", listener.local_addr().unwrap().port());
    let centre = Centre::default();
    let serving = centre.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(serving.clone().serve(stream));
            }
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let known = SmppSms::with(config(&url), tls(roots), TIMES).unwrap();
    known.send(&message()).await.unwrap();
    assert_eq!(centre.messages.lock().len(), 1);
    // Whom nobody vouches for hears no password.
    assert!(matches!(sender(&url).send(&message()).await, Err(SmsError::Unavailable(_))));
    assert_eq!(centre.binds.lock().len(), 1);
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The bind_transmitter of SMPP 3.4, §3.2.4 ("Sample PDU"): SMPP3TEST, secret08, SUBMIT1.
const SAMPLE_BIND: &str = "0000002F 00000002 00000000 00000001
    534D505033544553540073656372657430380 05355424D49543100 00010100";

#[test]
fn the_specifications_sample_is_read_and_written_as_it_stands() {
    use tokio_util::codec::{Decoder as _, Encoder as _};
    let sample = octets(SAMPLE_BIND);
    let mut bytes = bytes::BytesMut::from(&sample[..]);
    let command = CommandCodec::new().decode(&mut bytes).unwrap().unwrap();
    let Some(Pdu::BindTransmitter(bind)) = command.pdu() else { panic!("{command:?}") };
    assert_eq!((bind.system_id.as_str(), bind.password.as_str()), ("SMPP3TEST", "secret08"));
    assert_eq!((bind.addr_ton, bind.addr_npi), (Ton::International, Npi::Isdn));
    let mut written = bytes::BytesMut::new();
    CommandCodec::new().encode(command, &mut written).unwrap();
    assert_eq!(&written[..], &sample[..]);
}

/// One command as it came over the wire.
async fn frame(stream: &mut TcpStream) -> Vec<u8> {
    let length = stream.read_u32().await.unwrap();
    let mut rest = vec![0; length as usize - 4];
    stream.read_exact(&mut rest).await.unwrap();
    [length.to_be_bytes().to_vec(), rest].concat()
}

/// Written down by the tables of SMPP 3.4 (§4.1.1, §4.4.1), not by any library.
#[tokio::test]
async fn what_is_said_is_smpp_34_octet_by_octet() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sms =
        sender(&format!("smpp://SMPP3TEST@127.0.0.1:{}?system_type=SUBMIT1", listener.local_addr().unwrap().port()));
    let sending = tokio::spawn(async move { sms.send(&message()).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    // As the sample, of version 3.4 and without an address of its own.
    let bind = octets(
        "0000002F 00000002 00000000 00000001
         534D50503354455354 00 7365637265743038 00 5355424D495431 00 34 00 00 00",
    );
    assert_eq!(frame(&mut stream).await, bind);
    // bind_transmitter_resp with the centre's name and sc_interface_version (TLV 0x0210).
    stream.write_all(&octets("0000001A 80000002 00000000 00000001 534D534300 0210 0001 34")).await.unwrap();
    let submit = octets(
        "0000003D 00000004 00000000 00000002
         00  05 00 53766520547500  01 01 33383136343132333435363700
         00 00 00  00 00  00 00 00 00  0A 6B6F6420313233343536",
    );
    assert_eq!(frame(&mut stream).await, submit);
    // submit_sm_resp with the message's name.
    stream.write_all(&octets("00000015 80000004 00000000 00000002 3132333400")).await.unwrap();
    sending.await.unwrap().unwrap();
}

/// An answer with an error bears no body (§4.4.2), and one to a header that nobody understood is a generic_nack (§4.3).
#[tokio::test]
async fn answers_without_a_body_are_understood() {
    for (answer, refused) in
        [("00000010 80000004 0000000B 00000002", true), ("00000010 80000000 00000003 00000002", false)]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sms = sender(&format!("smpp://svetu@127.0.0.1:{}", listener.local_addr().unwrap().port()));
        let sending = tokio::spawn(async move { sms.send(&message()).await });
        let (mut stream, _) = listener.accept().await.unwrap();
        frame(&mut stream).await;
        stream.write_all(&octets("00000011 80000002 00000000 00000001 00")).await.unwrap();
        frame(&mut stream).await;
        stream.write_all(&octets(answer)).await.unwrap();
        let error = sending.await.unwrap().unwrap_err();
        assert_eq!(matches!(error, SmsError::Refused), refused, "{answer}: {error}");
    }
}

#[test]
fn wrong_configuration_names_its_key() {
    let made = |url: &str| SmppSms::try_new(config(url)).err();
    for url in [
        "smpp://svetu@127.0.0.1",
        "smpp://svetu@[::1]:2775",
        "smpp://svetu@localhost",
        "smpp+insecure://svetu@smsc.primer.rs",
        "smpps://svetu@smsc.primer.rs:3550?system_type=VMA",
    ] {
        assert_eq!(made(url), None, "{url}");
    }
    for url in [
        "smpp://svetu@smsc.primer.rs",
        "smpp://svetu@10.0.0.1",
        "smpps://svetu@smsc.primer.rs",
        "smpps://smsc.primer.rs:3550",
        "smpps://svetu:tajna@smsc.primer.rs:3550",
        "smpps://svetu@smsc.primer.rs:3550?window=10",
        "smpps://svetu@smsc.primer.rs:3550/a",
        "smpps://a-name-that-is-too-long@smsc.primer.rs:3550",
        "smppx://svetu@smsc.primer.rs",
    ] {
        assert_eq!(made(url), Some(SmsConfigError::Smpp), "{url}");
    }
    let long = SmppConfig { password: Secret::new(b"123456789".to_vec()), ..config("smpp://svetu@127.0.0.1") };
    assert_eq!(SmppSms::try_new(long).err(), Some(SmsConfigError::SmppPassword));
    let from = SmppConfig { from: "MG00000000000000000000000000000001".to_owned(), ..config("smpp://svetu@127.0.0.1") };
    assert_eq!(SmppSms::try_new(from).err(), Some(SmsConfigError::From));
}
