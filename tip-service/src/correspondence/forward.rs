//! 转办: another unit becomes responsible. The service holds no plaintext, so it moves what it has (the thread, its
//! reminders, the right to reply) and tells the officer to forward the letter itself.

use std::sync::Arc;

use sealed_tip::{Cover, Note, Text, UnitCert};

use super::command::Command;
use super::receive::{Desk, Failure};
use super::refusal::Refusal;
use crate::id::{self, Id};
use crate::store::{NewLetter, ReplyChange, Target, ThreadRow};
use crate::units::{ROBOT, Unit};

impl Desk<'_> {
    /// What changes, what the holder reads, and the letters to both units.
    pub(super) async fn forward(
        &self,
        target: &Target,
        from: &Arc<Unit>,
        command: &Command,
    ) -> Result<(ReplyChange, Text, Vec<NewLetter>), Failure> {
        let to = self
            .forward_to(target, from, command.argument.trim())
            .await?;
        let thread = &target.thread;
        let reference = id::reference(&thread.mailbox_id);
        let fingerprints: Vec<String> = to.certs.iter().map(UnitCert::fingerprint).collect();
        let told = Note::Forwarded {
            unit: &to.name,
            mail: &to.mail,
            fingerprints: &fingerprints,
        };
        let cover = Cover {
            reference: &reference,
            reply: None,
        };
        let mut letters = vec![self.letter(self.entropy.bytes(), &told, &cover, from, thread)?];
        let id = self.entropy.bytes();
        let names = self.loaded.config.mail.reply_names(&thread.id, &id);
        let cover = Cover {
            reference: &reference,
            reply: Some(self.loaded.reply_to(&to, &names, None)),
        };
        let told = Note::Incoming { from: &from.name };
        letters.push(self.letter(id, &told, &cover, &to, thread)?);
        let text = format!("已转给{}。\n{}", to.name, command.text.as_str());
        Ok((
            ReplyChange::Forward(to.id.clone()),
            Text::block(&text),
            letters,
        ))
    }

    async fn forward_to(
        &self,
        target: &Target,
        from: &Unit,
        name: &str,
    ) -> Result<Arc<Unit>, Failure> {
        let units = self.loaded.register.units();
        let refused = |why: String| Failure::from(Refusal::ForwardTo(why));
        if from.id == ROBOT {
            // Its key lies on a machine: whoever has it must not get further than the robot's own threads.
            return Err(refused("自动检查的信不能转办。".to_owned()));
        }
        let Some(to) = units
            .iter()
            .find(|unit| unit.id == name || unit.name == name)
        else {
            let known: Vec<String> = units
                .iter()
                .map(|u| format!("{}（{}）", u.id, u.name))
                .collect();
            return Err(refused(format!(
                "没有这个单位。可以写：{}。",
                known.join("、")
            )));
        };
        if to.id == from.id {
            return Err(refused("这条线索本来就由贵单位负责。".to_owned()));
        }
        if to.usable(self.now).is_err() {
            return Err(refused(
                "那个单位的证书现在不能用，请联系系统管理员。".to_owned(),
            ));
        }
        let threads = self.store.threads_of(&target.thread.mailbox_id).await?;
        if threads.iter().any(|thread| thread.unit_id == to.id) {
            return Err(refused("那个单位已经收到这条线索。".to_owned()));
        }
        Ok(to.clone())
    }

    fn letter(
        &self,
        id: Id,
        note: &Note<'_>,
        cover: &Cover<'_>,
        to: &Unit,
        thread: &ThreadRow,
    ) -> Result<NewLetter, Failure> {
        // The unit that forwards may have lost a certificate meanwhile; what it is told then goes to the others.
        let certs: Vec<&UnitCert> = to.certs.iter().collect();
        let sealed = sealed_tip::seal_note(note, cover, &certs, self.now, &mut self.entropy.fork())
            .map_err(|error| Failure::Within(error.to_string()))?;
        Ok(NewLetter {
            id,
            unit_id: to.id.clone(),
            thread_id: Some(thread.id),
            begins_thread: false,
            sealed,
        })
    }
}
