//! The session: bound as a transmitter, one message at a time on its way, alive while nobody sends.

use std::{pin::Pin, sync::Arc};

use futures::{SinkExt as _, StreamExt as _};
use rusmpp::{Command, CommandStatus, Pdu, pdus::SubmitSm, tokio_codec::CommandCodec};
use svetu_ports::SmsError;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, Instant, sleep, timeout},
};
use tokio_util::codec::Framed;

use super::{Centre, Stream};

/// What a centre answers fits into a few hundred octets.
const COMMAND_BYTES_MAX: usize = 4_096;
/// Sequence numbers begin anew after the highest that there is (SMPP 3.4 §3.2).
const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;

pub struct Order {
    pub parts: Vec<SubmitSm>,
    pub answer: oneshot::Sender<Result<(), SmsError>>,
}

/// Why a session is no more. The words are for the log and hold nothing of a message.
struct Broken(String);

impl Broken {
    fn io(error: &dyn std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Ends, with an unbind, when nobody can send any more.
pub async fn run(centre: Arc<Centre>, mut orders: mpsc::Receiver<Order>) {
    let mut session: Option<Session> = None;
    let mut rest = Rest { until: Instant::now(), next: centre.times.rest };
    loop {
        let order = match session.take() {
            Some(mut alive) => match alive.wait(&mut orders).await {
                Ok(Some(order)) => {
                    session = Some(alive);
                    order
                }
                Ok(None) => return alive.unbind().await,
                Err(Broken(cause)) => {
                    tracing::info!("the session with the SMS centre is over: {cause}");
                    continue;
                }
            },
            None => match orders.recv().await {
                Some(order) => order,
                None => return,
            },
        };
        let result = deliver(&centre, &mut session, &mut rest, order.parts).await;
        // Who waited no longer does not hear it.
        drop(order.answer.send(result));
    }
}

/// Until when the centre is let alone.
struct Rest {
    until: Instant,
    next: Duration,
}

impl Rest {
    fn begin(&mut self, centre: &Centre) {
        self.until = Instant::now() + self.next;
        self.next = (self.next * 2).min(centre.times.rest_max);
    }
}

async fn deliver(
    centre: &Arc<Centre>,
    session: &mut Option<Session>,
    rest: &mut Rest,
    parts: Vec<SubmitSm>,
) -> Result<(), SmsError> {
    if Instant::now() < rest.until {
        return Err(SmsError::Unavailable("the centre is let alone for a moment".to_owned()));
    }
    let mut alive = match session.take() {
        Some(alive) => alive,
        None => Session::begin(centre).await.map_err(|Broken(cause)| {
            rest.begin(centre);
            SmsError::Unavailable(cause)
        })?,
    };
    let statuses = alive.submit(parts).await.map_err(|Broken(cause)| SmsError::Unavailable(cause))?;
    *session = Some(alive);
    let wrong = statuses.into_iter().find(|status| *status != CommandStatus::EsmeRok);
    match wrong {
        None => {
            rest.next = centre.times.rest;
            Ok(())
        }
        Some(CommandStatus::EsmeRinvdstadr | CommandStatus::EsmeRinvdstton | CommandStatus::EsmeRinvdstnpi) => {
            Err(SmsError::Refused)
        }
        Some(status) => {
            if matches!(status, CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful) {
                rest.begin(centre);
            }
            Err(SmsError::Unavailable(format!("status {:#010x}", u32::from(status))))
        }
    }
}

struct Session {
    framed: Framed<Pin<Box<dyn Stream>>, CommandCodec>,
    centre: Arc<Centre>,
    sequence: u32,
}

impl Session {
    async fn begin(centre: &Arc<Centre>) -> Result<Self, Broken> {
        let stream = timeout(centre.times.connect_max, centre.connect())
            .await
            .map_err(|_| Broken("the connection takes too long".to_owned()))?
            .map_err(|error| Broken::io(&error))?;
        let codec = CommandCodec::new().with_max_length(COMMAND_BYTES_MAX);
        let mut session = Self { framed: Framed::new(stream, codec), centre: Arc::clone(centre), sequence: 0 };
        match session.ask(centre.bind.clone().into()).await? {
            CommandStatus::EsmeRok => Ok(session),
            status => Err(Broken(format!("the centre refuses the session with status {:#010x}", u32::from(status)))),
        }
    }

    /// The next message; meanwhile the centre is answered, and asked whether it is there.
    async fn wait(&mut self, orders: &mut mpsc::Receiver<Order>) -> Result<Option<Order>, Broken> {
        loop {
            let enquire_every = self.centre.times.enquire_every;
            tokio::select! {
                order = orders.recv() => return Ok(order),
                command = self.framed.next() => {
                    self.hear(command).await?;
                }
                () = sleep(enquire_every) => {
                    self.ask(Pdu::EnquireLink).await?;
                }
            }
        }
    }

    async fn ask(&mut self, pdu: Pdu) -> Result<CommandStatus, Broken> {
        let statuses = self.request(vec![pdu]).await?;
        statuses.into_iter().next().ok_or_else(|| Broken("nothing was asked".to_owned()))
    }

    async fn submit(&mut self, parts: Vec<SubmitSm>) -> Result<Vec<CommandStatus>, Broken> {
        self.request(parts.into_iter().map(Into::into).collect()).await
    }

    /// All are sent, then all are answered, in whatever order.
    async fn request(&mut self, pdus: Vec<Pdu>) -> Result<Vec<CommandStatus>, Broken> {
        let answer_max = self.centre.times.answer_max;
        timeout(answer_max, self.exchange(pdus)).await.map_err(|_| Broken("the centre does not answer".to_owned()))?
    }

    async fn exchange(&mut self, pdus: Vec<Pdu>) -> Result<Vec<CommandStatus>, Broken> {
        let mut answers = Vec::with_capacity(pdus.len());
        for pdu in pdus {
            self.sequence = if self.sequence == SEQUENCE_MAX { 1 } else { self.sequence + 1 };
            answers.push((self.sequence, None));
            self.say(CommandStatus::EsmeRok, self.sequence, pdu).await?;
        }
        while answers.iter().any(|(_, status)| status.is_none()) {
            let command = self.framed.next().await;
            let Some((sequence, status)) = self.hear(command).await? else { continue };
            if let Some((_, open)) = answers.iter_mut().find(|(own, _)| *own == sequence) {
                *open = Some(status);
            }
        }
        Ok(answers.into_iter().filter_map(|(_, status)| status).collect())
    }

    async fn say(&mut self, status: CommandStatus, sequence: u32, pdu: Pdu) -> Result<(), Broken> {
        let command = Command::builder().status(status).sequence_number(sequence).pdu(pdu);
        // An encoder's error repeats what it was given.
        self.framed.send(command).await.map_err(|_| Broken("the connection is gone".to_owned()))
    }

    /// What the centre says: an answer by its number, or something that is answered here.
    async fn hear<E>(&mut self, command: Option<Result<Command, E>>) -> Result<Option<(u32, CommandStatus)>, Broken> {
        let command = match command {
            Some(Ok(command)) => command,
            Some(Err(_)) => return Err(Broken("the centre says what is no SMPP".to_owned())),
            None => return Err(Broken("the centre hung up".to_owned())),
        };
        let sequence = command.sequence_number();
        match command.pdu() {
            Some(Pdu::EnquireLink) => self.say(CommandStatus::EsmeRok, sequence, Pdu::EnquireLinkResp).await?,
            Some(Pdu::Unbind) => {
                self.say(CommandStatus::EsmeRok, sequence, Pdu::UnbindResp).await?;
                return Err(Broken("the centre ended it".to_owned()));
            }
            // Answers with an error bear no body; a transmitter is sent nothing else.
            _ => return Ok(Some((sequence, command.status()))),
        }
        Ok(None)
    }

    async fn unbind(mut self) {
        if self.ask(Pdu::Unbind).await.is_err() {
            tracing::debug!("the SMS centre did not say farewell");
        }
    }
}
