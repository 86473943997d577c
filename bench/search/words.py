"""Words of the catalogue's titles and texts, by language."""

_UZBEK = (
    "matematika fizika kimyo biologiya tarix geografiya adabiyot grammatika dasturlash iqtisod huquq psixologiya falsafa musiqa "
    "rassomlik shaxmat tibbiyot hamshiralik pazandachilik tikuvchilik dizayn buxgalteriya marketing savdo menejment logistika "
    "qurilish arxitektura elektronika robototexnika kompyuter savodxonlik xavfsizlik sun’iy intellekt ma’lumotlar tahlil hisobot "
    "jadval taqdimot nutq notiqlik jurnalistika tarjima o‘zbek ingliz nemis fransuz arab turk koreys xitoy yapon so‘zlashuv "
    "tinglash o‘qish yozish talaffuz lug‘at imlo insho she’riyat hikoya doston maqol ertak bolalar o‘quvchilar talabalar "
    "abituriyentlar o‘qituvchilar muhandislar tadbirkorlar asoslari mashqlar masalalar imtihon tayyorgarlik takrorlash "
    "boshlang‘ich chuqurlashtirilgan amaliyot nazariya laboratoriya tajriba g‘oyalar loyiha tarmoq dasturchi veb sahifa ilova "
    "o‘yin algoritm mantiq ehtimollik statistika geometriya algebra trigonometriya astronomiya ekologiya qishloq xo‘jaligi "
    "bog‘dorchilik chorvachilik to‘qimachilik hunarmandchilik zargarlik kulolchilik me’morchilik"
)
_RUSSIAN = (
    "математика физика химия биология история география литература грамматика программирование экономика право психология "
    "философия музыка живопись шахматы медицина кулинария шитьё дизайн бухгалтерия торговля управление логистика строительство "
    "архитектура электроника безопасность искусственный интеллект анализ отчётность таблицы презентация речь ораторское мастерство "
    "журналистика перевод русский английский немецкий французский разговорный аудирование чтение письмо произношение словарь "
    "орфография сочинение поэзия рассказ сказки детям школьникам студентам учителям инженерам предпринимателям основы упражнения "
    "задачи экзамен подготовка повторение начальный углублённый практика теория лаборатория опыты проект сети разработка сайтов "
    "приложения алгоритмы логика вероятность статистика геометрия алгебра астрономия экология земледелие садоводство ремёсла "
    "ювелирное гончарное искусство фотография видеосъёмка монтаж анимация рисование хореография театр актёрское вокал гитара "
    "фортепиано здоровье питание спорт плавание йога массаж косметология парикмахерское туризм"
)
_ENGLISH = (
    "mathematics physics chemistry biology history geography literature grammar programming economics justice psychology "
    "philosophy music painting chess medicine nursing cooking sewing design accounting marketing trading management logistics "
    "construction architecture electronics robotics computer literacy security artificial intelligence analysis reporting "
    "spreadsheets presentation speaking rhetoric journalism translation conversation listening reading writing pronunciation "
    "vocabulary spelling essays poetry storytelling children pupils students teachers engineers entrepreneurs foundations "
    "exercises problems examination preparation revision beginners advanced practice theory laboratory experiments projects "
    "networks developer website application algorithms reasoning probability statistics geometry algebra astronomy ecology farming "
    "gardening crafts jewellery pottery photography filming editing animation drawing choreography theatre acting singing guitar "
    "piano health nutrition swimming climbing cycling massage tourism hospitality interview business finance banking"
)
BY_LANGUAGE = {"uz": _UZBEK.split(), "ru": _RUSSIAN.split(), "en": _ENGLISH.split()}
