"""Sentences with numbers, of the kind that campaigns write, none of which says how long anybody has been held."""

from __future__ import annotations

from typing import Final

_EN: Final = """
Call us on +44 20 7946 0{a}.
Our telephone: (029) 123-45-{a}.
Join us at {h}:30 on Friday.
Doors open at {h}.15, the reading begins at {h}.45.
Write to PO Box {a}, 220030 Minsk.
The embassy is at {a} Example Street, flat {h}.
Article 361 of the Criminal Code, part {h}, is used against writers.
The law of 2021 bans {a} words.
The 2024 amendment widens Article 130.
A ticket costs ${a}, or €{h}.50 for students.
We raised £{a},000 in {h} days.
{a}% of readers have signed.
Version 2.{h}.{a} of the guide is out.
In 1995 a law on the press was passed.
Her book of 2019 has {a}0 pages.
The festival takes place for {h} days in May.
We have been writing letters for {h} years.
This campaign has worked for {h} years.
It took {h} months to translate the book.
{a} letters arrived in {h} days.
Her film, made in 2021, won {h} prizes.
She published {h} novels before 2020.
She was born in 1990 in a town of {a},000 people.
Room {a}, floor {h}, {h} pm.
Flight 2{a} leaves at 1{h}:05.
He lived in Vilnius for {h} years.
Read chapter {h}, pages {a}–{a}9.
She wrote for the paper for {h} years.
The petition has {a},187 signatures.
Send it before 31 May 2027.
Day {h} of the festival: poems.
On day {h} of the trial the judge was ill.
People face up to {h} years in prison for a repost.
Anyone who shares this may face {h} years in prison.
Others were sentenced to {h} years.
Those arrested in 2020 were many; 2021 brought more.
Her brother was arrested in 2020.
Her colleague has been in prison for {h} years.
The paper was closed in 2022 after {a} years.
The protests of 2020 changed the town.
She was arrested after the protests of 2020.
She was arrested for a film made in 2021.
A prisoner may write {h} pages a month.
A parcel may weigh {h} kilograms.
Appeals are heard within {h} days.
The court sat for {h} days.
The visit lasted {h} hours, for the first time in {h} months.
{h} of {a} windows face the street.
""".strip().split("\n")

_BE: Final = """
Тэлефануйце +375 29 123-45-{a}.
Наш тэлефон: 8 017 2{a} 45 67.
Сустракаемся ў пятніцу а {h}:30.
Пачатак а {h}.15, уваход вольны.
Пішыце на а/с {a}, 220030 Мінск.
Адрас: вул. Прыкладная, {a}, кв. {h}.
Артыкул 361 Крымінальнага кодэкса, частка {h}.
Закон 2021 года забараняе {a} словаў.
Квіток каштуе {a} рублёў.
Мы сабралі {a} 000 еўра за {h} дзён.
Подпіс паставілі {a}% чытачоў.
У 1995 годзе прынялі закон аб друку.
Яе кніга 2019 года мае {a}0 старонак.
Фестываль ідзе {h} дзён.
Мы пішам лісты ўжо {h} гадоў.
Кампанія працуе {h} гадоў.
Пераклад заняў {h} месяцаў.
За {h} дзён прыйшло {a} лістоў.
Фільм 2021 года атрымаў {h} прэміі.
Да 2020 года яна выдала {h} раманы.
Яна нарадзілася ў 1990 годзе.
Пакой {a}, паверх {h}.
Рэйс 2{a} вылятае а 1{h}:05.
Ён жыў у Вільні {h} гадоў.
Чытайце раздзел {h}, старонкі {a}–{a}9.
Пад зваротам {a} 187 подпісаў.
Дашліце да 31 мая 2027 года.
Дзень {h} фестывалю: вершы.
На {h}-ы дзень суда суддзя захварэў.
Людзям пагражае да {h} гадоў зняволення за рэпост.
Іншых асудзілі на {h} гадоў.
Яе брата арыштавалі ў 2020 годзе.
Яе калега ўжо {h} гадоў за кратамі.
Газету закрылі ў 2022 годзе.
Пратэсты 2020 года змянілі горад.
Яе затрымалі пасля пратэстаў 2020 года.
Яе затрымалі за фільм 2021 года.
Вязень можа напісаць {h} старонак на месяц.
Пасылка важыць да {h} кілаграмаў.
Скаргу разглядаюць {h} дзён.
Суд цягнуўся {h} дзён.
Спатканне доўжылася {h} гадзін, першае за {h} месяцаў.
{h} з {a} вокнаў выходзяць на вуліцу.
Выставу адкрылі {a} мая ў 2026 годзе.
Курс: {a},{h} рубля за еўра.
""".strip().split("\n")

_RU: Final = """
Звоните +375 29 123-45-{a}.
Наш телефон: 8 017 2{a} 45 67.
Встречаемся в пятницу в {h}:30.
Начало в {h}.15, вход свободный.
Пишите на а/я {a}, 220030 Минск.
Адрес: ул. Примерная, {a}, кв. {h}.
Статья 361 Уголовного кодекса, часть {h}.
Закон 2021 года запрещает {a} слов.
Билет стоит {a} рублей.
Мы собрали {a} 000 евро за {h} дней.
Подпись поставили {a}% читателей.
В 1995 году приняли закон о печати.
В её книге 2019 года {a}0 страниц.
Фестиваль идёт {h} дней.
Мы пишем письма уже {h} лет.
Кампания работает {h} лет.
Перевод занял {h} месяцев.
За {h} дней пришло {a} писем.
Фильм 2021 года получил {h} премии.
До 2020 года она издала {h} романа.
Она родилась в 1990 году.
Комната {a}, этаж {h}.
Рейс 2{a} вылетает в 1{h}:05.
Он жил в Вильнюсе {h} лет.
Читайте главу {h}, страницы {a}–{a}9.
Под обращением {a} 187 подписей.
Пришлите до 31 мая 2027 года.
День {h} фестиваля: стихи.
На {h}-й день суда судья заболел.
Людям грозит до {h} лет лишения свободы за репост.
Других осудили на {h} лет.
Её брата арестовали в 2020 году.
Её коллега уже {h} лет за решёткой.
Газету закрыли в 2022 году.
Протесты 2020 года изменили город.
Её задержали после протестов 2020 года.
Её задержали за фильм 2021 года.
Заключённый может написать {h} страниц в месяц.
Посылка весит до {h} килограммов.
Жалобу рассматривают {h} дней.
Суд длился {h} дней.
Свидание длилось {h} часов, первое за {h} месяцев.
{h} из {a} окон выходят на улицу.
Выставку открыли {a} мая в 2026 году.
Курс: {a},{h} рубля за евро.
""".strip().split("\n")


def _filled(patterns: list[str]) -> tuple[str, ...]:
    numbers = ((17, 5), (42, 8), (64, 4))
    return tuple(dict.fromkeys(one.format(a=a, h=h) for one in patterns for a, h in numbers))


ENGLISH: Final = _filled(_EN)
BELARUSIAN: Final = _filled(_BE)
RUSSIAN: Final = _filled(_RU)
