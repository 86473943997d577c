"""The texts that the API answers where its documents give another text than English, letter for letter (CONTRACT section 3)."""

TEXTS: dict[str, str] = {
    "rate_limited": "Juda ko‘p so‘rov. Birozdan keyin qayta urinib ko‘ring.",
    "group_id_needed": "group_id parametri kerak.",
    "group_not_found": "Guruh topilmadi yoki faol emas.",
    "already_marked": "Bu oʻquvchining shu guruhdagi bugungi davomati allaqachon belgilangan.",
    "no_lesson_today": "Bugun guruhning dars kuni emas. ({days})",
    "no_lesson_now": "Dars vaqti emas. ({start}-{end})",
    "text_or_file": "Matn (text) yoki fayl (file) kiritilishi shart.",
    "wrong_mock_code": "Test kodi noto'g'ri.",
    "mock_session_running": "Sizda bu test uchun aktiv session mavjud.",
    "mock_session_over": "Bu session allaqachon yakunlangan.",
}
