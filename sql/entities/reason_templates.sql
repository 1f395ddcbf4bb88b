-- One row per action and language: the sentence that tells the reason, with {money}, {days}, {orders}, {category} and
-- {item} in the places of the figures.
-- Key: action, language
-- action     what to do
-- language   en, de, es, zh or ru
-- template   the sentence
with reason_templates as (
    select * from (values
        ('thank_and_protect', 'en', 'One of the few who make the first tenth of the margin: {money} in the last window, {orders} orders.'),
        ('thank_and_protect', 'de', 'Gehört zu den wenigen, die das erste Zehntel der Marge bringen: {money} im letzten Fenster, {orders} Bestellungen.'),
        ('thank_and_protect', 'es', 'Es de los pocos que aportan el primer décimo del margen: {money} en la última ventana, {orders} pedidos.'),
        ('thank_and_protect', 'zh', '属于贡献前十分之一毛利的少数客户：上一窗口毛利 {money}，共 {orders} 单。'),
        ('thank_and_protect', 'ru', 'Из немногих, кто приносит первую десятую долю маржи: {money} за последнее окно, заказов: {orders}.'),
        ('nurture_second', 'en', 'First order {days} days ago; a customer with two orders is worth {money} more a year.'),
        ('nurture_second', 'de', 'Erste Bestellung vor {days} Tagen; mit der zweiten ist ein Kunde {money} im Jahr mehr wert.'),
        ('nurture_second', 'es', 'Primer pedido hace {days} días; un cliente con dos pedidos vale {money} más al año.'),
        ('nurture_second', 'zh', '首单在 {days} 天前；下第二单的客户每年多值 {money}。'),
        ('nurture_second', 'ru', 'Первый заказ {days} дн. назад; клиент с двумя заказами стоит на {money} в год больше.'),
        ('nurture_third', 'en', 'Second order {days} days ago; the third makes a loyal customer, worth {money} more a year.'),
        ('nurture_third', 'de', 'Zweite Bestellung vor {days} Tagen; die dritte macht den Stammkunden, {money} im Jahr mehr wert.'),
        ('nurture_third', 'es', 'Segundo pedido hace {days} días; el tercero hace un cliente fiel, que vale {money} más al año.'),
        ('nurture_third', 'zh', '第二单在 {days} 天前；第三单成就忠诚客户，每年多值 {money}。'),
        ('nurture_third', 'ru', 'Второй заказ {days} дн. назад; третий делает клиента постоянным: на {money} в год больше.'),
        ('cross_sell', 'en', 'What was bought lately goes with {item}, which was never bought: {money} of margin to be had in the next basket.'),
        ('cross_sell', 'de', 'Zu den letzten Käufen passt {item}, noch nie gekauft: {money} Marge im nächsten Korb zu gewinnen.'),
        ('cross_sell', 'es', 'Con lo comprado últimamente combina {item}, que nunca ha comprado: {money} de margen posibles en la próxima cesta.'),
        ('cross_sell', 'zh', '{item} 与近期所购相配，但从未购买：下一单可望多得毛利 {money}。'),
        ('cross_sell', 'ru', 'К недавним покупкам подходит {item}, ещё ни разу не куплено: {money} маржи возможны в следующей корзине.'),
        ('raise_margin', 'en', 'Buys almost only what earns little, {orders} orders; the usual mix would bring {money} more a year.'),
        ('raise_margin', 'de', 'Kauft fast nur, was wenig einbringt, {orders} Bestellungen; die übliche Mischung brächte {money} im Jahr mehr.'),
        ('raise_margin', 'es', 'Compra casi solo lo que deja poco, {orders} pedidos; la mezcla habitual daría {money} más al año.'),
        ('raise_margin', 'zh', '几乎只买低毛利商品，共 {orders} 单；若按常见组合每年可多 {money}。'),
        ('raise_margin', 'ru', 'Покупает почти только малодоходное, заказов: {orders}; обычный набор дал бы на {money} в год больше.'),
        ('recover_category', 'en', 'Still comes but buys no more {category}, which made {money} a year: probably elsewhere.'),
        ('recover_category', 'de', 'Kommt weiter, kauft aber {category} nicht mehr, das {money} im Jahr brachte: wohl anderswo.'),
        ('recover_category', 'es', 'Sigue viniendo pero ya no compra {category}, que daba {money} al año: quizá en otro sitio.'),
        ('recover_category', 'zh', '仍来购物，但不再买 {category}（每年毛利 {money}）：可能转到别处。'),
        ('recover_category', 'ru', 'Приходит, но больше не покупает {category} ({money} в год): вероятно, у других.'),
        ('save_fading', 'en', 'Bought {money} less margin than was to be expected; silent for {days} days.'),
        ('save_fading', 'de', 'Brachte {money} weniger Marge als zu erwarten war; still seit {days} Tagen.'),
        ('save_fading', 'es', 'Aportó {money} menos de margen de lo esperado; {days} días en silencio.'),
        ('save_fading', 'zh', '毛利比预期少 {money}；已沉默 {days} 天。'),
        ('save_fading', 'ru', 'Принёс на {money} маржи меньше ожидаемого; молчит {days} дн.'),
        ('win_back', 'en', 'Silent for {days} days after {orders} orders; {money} a year is to be had that would not come by itself.'),
        ('win_back', 'de', 'Still seit {days} Tagen nach {orders} Bestellungen; {money} im Jahr kämen nicht von selbst.'),
        ('win_back', 'es', '{days} días en silencio tras {orders} pedidos; hay {money} al año que no volverían solos.'),
        ('win_back', 'zh', '{orders} 单之后沉默 {days} 天；每年有 {money} 不会自行回来。'),
        ('win_back', 'ru', 'Молчит {days} дн. после {orders} заказов; {money} в год сами не вернутся.'),
        ('ask_referral', 'en', 'Loyal with {orders} orders and has brought nobody yet; whoever is brought makes {money} a year.'),
        ('ask_referral', 'de', 'Treu mit {orders} Bestellungen und hat noch niemanden gebracht; wer gebracht wird, bringt {money} im Jahr.'),
        ('ask_referral', 'es', 'Fiel con {orders} pedidos y aún no ha traído a nadie; quien llega así aporta {money} al año.'),
        ('ask_referral', 'zh', '忠诚客户，共 {orders} 单，尚未推荐他人；被推荐者每年带来 {money}。'),
        ('ask_referral', 'ru', 'Постоянный клиент, заказов: {orders}, ещё никого не привёл; приведённый даёт {money} в год.'),
        ('stop_spending', 'en', 'Buys only on price or came only for an event, silent for {days} days; {money} was spent in the last window.'),
        ('stop_spending', 'de', 'Kauft nur über den Preis oder kam nur zum Anlass, still seit {days} Tagen; {money} wurden im letzten Fenster ausgegeben.'),
        ('stop_spending', 'es', 'Solo compra por precio o vino por un evento, {days} días en silencio; se gastaron {money} en la última ventana.'),
        ('stop_spending', 'zh', '只因低价或节日购买，沉默 {days} 天；上一窗口花费 {money}。'),
        ('stop_spending', 'ru', 'Покупает только по цене или к празднику, молчит {days} дн.; за последнее окно потрачено {money}.')
    ) as reason_templates (action, language, template)
)
select * from reason_templates
