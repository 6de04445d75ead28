//! Photographs in a letter: which travel together, what the letter says of them, the parts they are.
//!
//! Never lets a letter grow beyond what ordinary mail servers take, and never changes the order of the photographs. A
//! place is the sender's word: it stands behind the bar.

use std::ops::Range;

use serde::Serialize;

use crate::mime::{self, Part};
use crate::page::Page;
use crate::{Photo, Text, Tip, letter};

/// What a cover adds to a letter at most, in bytes: actions, links, the service's certificate.
const COVER_ROOM: usize = 64 << 10;
/// What a letter of photographs says, in bytes, but for their places.
const WORDS_ROOM: usize = 8 << 10;

/// A photograph in the JSON part.
#[derive(Serialize)]
pub(crate) struct Listed<'a> {
    file: String,
    width: u32,
    height: u32,
    place: Option<&'a str>,
    /// In this letter, not in one of its own.
    attached: bool,
}

/// See [`Tip::sheets`].
pub(crate) fn sheets(tip: &Tip) -> Vec<Range<usize>> {
    let mut sheets = Vec::new();
    let mut sheet = 0..0;
    let mut used = letter::length(tip) + COVER_ROOM;
    for (n, photo) in tip.photographs.iter().enumerate() {
        let room = part_length(photo);
        if used + room > mime::MAX_ENTITY {
            sheets.push(sheet);
            sheet = n..n;
            used = COVER_ROOM + WORDS_ROOM;
        }
        sheet.end = n + 1;
        used += room;
    }
    sheets.push(sheet);
    sheets
}

/// What a photograph takes up in a letter, with what is said of its place, in bytes.
fn part_length(photo: &Photo) -> usize {
    let place = photo.place.as_ref().map_or(0, |place| place.as_str().len());
    mime::base64_length(photo.jpeg.len()) + 1024 + 2 * Page::quoted_room(place)
}

/// Bytes that [`Page::say`] and [`listed`] need for a photograph at most.
pub(crate) fn room(photos: &[Photo]) -> usize {
    let place = |photo: &Photo| photo.place.as_ref().map_or(0, |place| place.as_str().len());
    let of = |photo| 512 + Page::quoted_room(place(photo));
    photos.iter().map(of).sum::<usize>() + 1024
}

/// The section of a tip's letter; nothing without photographs.
pub(crate) fn section(page: &mut Page, photos: &[Photo], attached: &Range<usize>) {
    if photos.is_empty() {
        return;
    }
    page.say("【照片】");
    let count = photos.len();
    let here = run(attached);
    let later = run(&(attached.end..count));
    page.say(&if attached.end == count {
        format!("照片共 {count} 张，都附在本信里。")
    } else if attached.is_empty() {
        format!("照片共 {count} 张，随后另信寄到，编号相同。")
    } else {
        format!("照片共 {count} 张：第 {here} 张附在本信里，第 {later} 张随后另信寄到，编号相同。")
    });
    places(page, photos, 1);
    page.say("");
}

/// Where each was taken, if it is told, and what goes for all of them. `first` is the number of the first one.
pub(crate) fn places(page: &mut Page, photos: &[Photo], first: usize) {
    let mut any = false;
    for (number, photo) in (first..).zip(photos) {
        if let Some(place) = photo.place.as_ref().filter(|place| !place.is_empty()) {
            page.say(&format!("照片 {number} 的拍摄位置："));
            page.quote(place.as_str());
            any = true;
        }
    }
    if any {
        page.say("拍摄位置是照片里的 GPS 坐标（WGS-84），在国内地图上看可能有偏移。");
    }
    page.say("照片由系统重新保存：原文件里的时间、机型等信息已经去掉；太大的照片缩小过。");
}

/// The run that begins with number `first`, from 1.
pub(crate) fn range(photos: &[Photo], first: usize) -> Range<usize> {
    let start = first.saturating_sub(1);
    start..start + photos.len()
}

/// Numbers of a run, from 1: `2` or `2–3`.
pub(crate) fn run(run: &Range<usize>) -> String {
    if run.len() < 2 {
        run.end.to_string()
    } else {
        format!("{}–{}", run.start + 1, run.end)
    }
}

/// The photographs in the JSON part.
pub(crate) fn listed<'a>(
    photos: &'a [Photo],
    first: usize,
    attached: &Range<usize>,
) -> Vec<Listed<'a>> {
    let list = |(number, photo): (usize, &'a Photo)| Listed {
        file: file(number),
        width: photo.width,
        height: photo.height,
        place: photo.place.as_ref().map(Text::as_str),
        attached: attached.contains(&number.saturating_sub(1)),
    };
    (first..).zip(photos).map(list).collect()
}

/// The photographs as attachments.
pub(crate) fn parts(photos: &[Photo], first: usize) -> impl Iterator<Item = Part<'_>> {
    (first..).zip(photos).map(|(number, photo)| {
        let file = file(number);
        Part {
            content_type: format!("image/jpeg; name=\"{file}\"").into(),
            disposition: format!("attachment; filename=\"{file}\"").into(),
            content: mime::Content::Bytes(&photo.jpeg),
        }
    })
}

fn file(number: usize) -> String {
    format!("photo-{number}.jpg")
}
