//! Builds the service from its configuration, watches over its tasks, and stops it in order. The only place
//! that spawns long-lived tasks.

mod house;
mod lookout;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock::{self, Clock, SystemClock};
use crate::config::{self, Loaded};
use crate::delivery::Delivery;
use crate::entropy::Entropy;
use crate::http::{self, Door, Pages, PagesError, server::Listener};
use crate::intake::{FormKeys, Intake, Photographs, Tally};
use crate::limits::Limits;
use crate::mail::{Transport, TransportError};
use crate::spool::Spool;
use crate::store::{self, Capacity, Place, Queued, Store, StoreError};
use lookout::KeyFiles;

/// Why the service did not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The site is not built, or a template is broken.
    #[error(
        "{0}\n  hint: build the site first (make site); site.root must be the folder that Zola built"
    )]
    Pages(PagesError),
    /// The database.
    #[error("{key}: {error}\n  hint: {hint}", hint = .error.hint())]
    Store {
        /// The key that names it.
        key: &'static str,
        /// What it said.
        error: StoreError,
    },
    /// The way out.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// No SMTP outside the demo.
    #[error(
        "mail.transport.kind: maildir keeps letters on this machine\n  hint: configure smtp, or add --dev to try things out"
    )]
    NoSmtp,
    /// An address that cannot be listened on.
    #[error(
        "server: cannot listen on {address}: {why}\n  hint: choose another address or stop what uses it"
    )]
    Listen {
        /// Address and port.
        address: SocketAddr,
        /// The system's reason.
        why: std::io::Error,
    },
    /// A task that should run for ever ended.
    #[error("{0} ended; the process must be started again")]
    Ended(&'static str),
}

impl AppError {
    fn store(settings: &config::Store, error: StoreError) -> Self {
        let key = settings.key();
        Self::Store { key, error }
    }
}

/// The service, built but not yet serving.
pub struct App {
    door: Arc<Door>,
    delivery: Delivery,
    news: mpsc::UnboundedReceiver<Queued>,
    listeners: Vec<(TcpListener, Listener)>,
    metrics: Option<TcpListener>,
    /// As they were when the configuration had just been read.
    keys: KeyFiles,
}

/// All of start-up but listening: what `check` does too.
pub struct Parts {
    /// Registers and settings.
    pub loaded: Arc<Loaded>,
    /// Loaded templates.
    pub pages: Pages,
    /// The way out.
    pub transport: Arc<Transport>,
    /// The database.
    pub store: Store,
}

impl Parts {
    /// Loads pages and transport, opens the store.
    ///
    /// # Errors
    /// [`AppError`], naming the key.
    pub async fn build(loaded: Loaded, dev: bool) -> Result<Self, AppError> {
        let mail = &loaded.config.mail;
        if matches!(mail.transport, config::Transport::Maildir { .. }) && !dev {
            return Err(AppError::NoSmtp);
        }
        let site = &loaded.config.site;
        let pages = Pages::load(&site.root, &site.base_path).map_err(AppError::Pages)?;
        let transport = Arc::new(Transport::new(mail)?);
        let settings = &loaded.config.store;
        let capacity = Capacity {
            max_waiting: u64::from(settings.max_waiting),
            min_free_mib: settings.min_free_mib,
        };
        let refused = |error| AppError::store(settings, error);
        if let config::Database::Sqlite(path) = &settings.database {
            store::check_log(path).map_err(refused)?;
        }
        let place = Place::of(settings).map_err(refused)?;
        let store = Store::open(&place, capacity).await.map_err(refused)?;
        Ok(Self {
            loaded: Arc::new(loaded),
            pages,
            transport,
            store,
        })
    }
}

impl App {
    /// Puts the parts together and opens the listeners.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn build(parts: Parts) -> Result<Self, AppError> {
        let Parts {
            loaded,
            pages,
            transport,
            store,
        } = parts;
        let keys = KeyFiles::read(&loaded.cert_files);
        let recovered = store.recover().await;
        recovered.map_err(|error| AppError::store(&loaded.config.store, error))?;
        let server = &loaded.config.server;
        let listeners = doors(server).await?;
        let metrics = bind_some(server.metrics_listen).await?;
        let entropy = Arc::new(Entropy::from_system());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (wake, news) = mpsc::unbounded_channel();
        let delivery = Delivery {
            loaded: loaded.clone(),
            store: store.clone(),
            transport,
            entropy: entropy.clone(),
            clock: clock.clone(),
        };
        let spool = Arc::new(spool(&loaded, entropy.clone()));
        let intake = Intake {
            loaded: loaded.clone(),
            forms: FormKeys::new(),
            store: store.clone(),
            entropy: entropy.clone(),
            clock: clock.clone(),
            wake,
            tally: Tally::default(),
            photographs: Photographs::new(spool, clock.clone()),
        };
        let limits = Limits::new(
            &loaded.config.limits,
            clock::day(clock.unix()),
            entropy.bytes(),
        );
        let form_page = http::FormPage::default();
        let door = Door {
            intake,
            limits,
            pages,
            loaded,
            store,
            entropy,
            clock,
            form_page,
            alarmed: Mutex::default(),
        };
        Ok(Self {
            door: Arc::new(door),
            delivery,
            news,
            listeners,
            metrics,
            keys,
        })
    }

    /// The addresses it will answer on, the open one first.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        self.listeners
            .iter()
            .map(|(listener, _)| listener.local_addr())
            .collect()
    }

    /// Serves until `stop` resolves or a task ends that should not.
    ///
    /// # Errors
    /// [`AppError::Ended`].
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), AppError> {
        let (tell, told) = watch::channel(false);
        let mut tasks: JoinSet<Result<&'static str, AppError>> = JoinSet::new();
        let stopped = move || {
            let mut told = told.clone();
            // An error means the sender is gone: the process is stopping anyway.
            async move { drop(told.wait_for(|stop| *stop).await) }
        };
        let public = self.listeners.into_iter();
        let public =
            public.map(|(listener, kind)| (listener, kind, http::router(self.door.clone())));
        let metrics = self.metrics.map(|listener| {
            let router = http::metrics::router(self.door.clone());
            (listener, Listener::Open, router)
        });
        for (listener, kind, router) in public.chain(metrics) {
            let (settings, stop) = (self.door.loaded.config.server.clone(), stopped());
            tasks.spawn(async move {
                http::server::serve(listener, kind, router, &settings, stop).await;
                Ok("the listener")
            });
        }
        let (stop_delivery, key) = (stopped(), self.door.loaded.config.store.key());
        tasks.spawn(async move {
            let done = self.delivery.run(self.news, stop_delivery).await;
            done.map_err(|error| AppError::Store { key, error })?;
            Ok("delivery")
        });
        tasks.spawn(house::keep(self.door.clone(), self.keys, stopped()));
        let result = tokio::select! {
            () = stop => Ok(()),
            Some(ended) = tasks.join_next() => match ended {
                Ok(Ok(name)) => Err(AppError::Ended(name)),
                Ok(Err(error)) => Err(error),
                Err(_) => Err(AppError::Ended("a task (it panicked)")),
            },
        };
        let _ = tell.send(true);
        while tasks.join_next().await.is_some() {}
        // If that fails, the other instances find out by themselves.
        let _ = self.door.store.leave().await;
        result
    }
}

fn spool(loaded: &Loaded, entropy: Arc<Entropy>) -> Spool {
    let store = &loaded.config.store;
    Spool::new(&store.spool, store.spool_mib, store.min_free_mib, entropy)
}

/// The open listener first.
async fn doors(server: &config::Server) -> Result<Vec<(TcpListener, Listener)>, AppError> {
    let mut doors = vec![(bind(server.listen).await?, Listener::Open)];
    let onion = bind_some(server.onion_listen).await?;
    doors.extend(onion.map(|listener| (listener, Listener::Onion)));
    Ok(doors)
}

async fn bind_some(address: Option<SocketAddr>) -> Result<Option<TcpListener>, AppError> {
    Ok(match address {
        Some(address) => Some(bind(address).await?),
        None => None,
    })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address)
        .await
        .map_err(|why| AppError::Listen { address, why })
}
