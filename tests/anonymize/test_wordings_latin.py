"""Wordings of chats, mails, logs, rows, tickets and messages: what stands in ⟦⟧ is masked, brands stay."""

import pytest

NAMES_THAT_ACT = (
    "⟦Petra⟧ replied: not acceptable",
    "⟦Kwabena⟧ emailed twice about the refund",
    "⟦Ming-Yu⟧ confirmed the address by phone",
    "⟦Tyrone⟧ never received the second box",
    "⟦Svetlana Morozova⟧ would like an exchange",
    "⟦Bronwen Pugh⟧ is unhappy with the colour",
    "⟦Ahmed Khalil⟧ has been refunded",
    "⟦hamza⟧ says box was open",
    "⟦ingrid⟧ wants to swap for blue",
    "The buyer, ⟦Evangeline Moss⟧, says the lamp arrived broken",
    "Buyer ⟦Casimir Nowak⟧ opened a dispute",
    "Our driver ⟦Baptiste⟧ tried twice",
    "⟦Gwen⟧ in returns was super helpful",
    "⟦Mehmet⟧ hasn't paid yet",
    "⟦Rosalind⟧ cancelled",
    "⟦Dimitri P.⟧ has not collected",
    "⟦nkechi⟧ called again about invoice ⟦INV-20881⟧",
    "⟦Fatou Diop⟧ wrote: the zip broke",
)
NAMES_ACTED_ON = (
    "as per ⟦Mr. Takahashi⟧ the invoice is wrong",
    "according to ⟦Saoirse⟧, the seam split",
    "spoke to customer ⟦Leopold⟧ re refund",
    "Called ⟦Xiomara⟧, no answer, left vm",
    "tried calling ⟦benedikt⟧ on ⟦0176 5550 1234⟧",
    "msg ⟦Kofi⟧ on whatsapp ⟦+233 24 555 0123⟧",
    "please contact ⟦Ewa Mazur⟧ (⟦+48 601 555 012⟧)",
    "Kudos to ⟦Mairead⟧ for sorting this",
    "Ask ⟦Fergus⟧ about it",
    "Refund was sent to ⟦Ottoline Hughes⟧'s card",
    "Payment by ⟦Lucien Faure⟧ bounced",
    "Order placed by ⟦rosalind park⟧ yesterday",
    "Parcel accepted by: ⟦t. varga⟧",
    "Given to receptionist ⟦Delphine⟧",
    "Left with neighbour ⟦Philippa⟧ at number 9",
    "Placed on behalf of ⟦Dr. Emeka Obi⟧",
    "cheque payable to ⟦Horatio Pym⟧",
    "refund to ⟦Mirko⟧ pls",
    "my son ⟦Caspian⟧ opened it",
    "ask my flatmate ⟦Zuzana⟧ to sign",
    "pickup by ⟦Wim de Boer⟧ only",
    "card in name of ⟦Ulla Bergström⟧",
)
NAMES_LABELLED = (
    "-----Original Message-----\nFrom: ⟦Okafor, Chinedu⟧\nSent: Tuesday\nTo: Returns",
    'From: "⟦Stellan Berg⟧" <⟦stellan@bergs.se⟧>\nCc: ⟦Mattias Ek⟧\nSubject: Re: faktura',
    "Sold to: ⟦HENRIKSEN LARS⟧\nShip to: ⟦HENRIKSEN MAIA⟧",
    "POD: ⟦M. Kowalczyk⟧ 10:15",
    '{"user":{"id":19,"name":"⟦Piotr Zielinski⟧","email":"⟦pz@zielinski.pl⟧"}}',
    "Account holder is ⟦Hanne Solberg⟧",
    "Undersigned: ⟦Klaus-Dieter Prinz⟧",
    "FAO: Mrs ⟦Lindiwe Dube⟧",
    "contact_person: ⟦Bilqis Noor⟧",
    "customer_name=⟦Oluwadamilola Ojo⟧;tier=gold",
    '"recipient":{"full_name":"⟦Søren Kjeldsen⟧","line1":"⟦Vestergade 18⟧"}',
    "* Customer: ⟦Jarmila Novotná⟧\n* Order: ⟦CZ-88121⟧",
    "Signature: ⟦A. Lindholm⟧",
)
NAMES_SIGNED_OR_TOLD = (
    "Mr & Mrs ⟦Pemberton⟧, ⟦3 The Green⟧, Oakham",
    "⟦Mr. and Mrs. Delgado⟧ moved to ⟦901 Sunset Ave⟧, Miami FL ⟦33139⟧",
    "I, ⟦Ottavia Bruni⟧, hereby request deletion of my data",
    "xx ⟦Lottie⟧",
    "Congrats ⟦Lorenzo⟧, you have won",
    "Gift message: Happy birthday ⟦Clementine⟧! Love, ⟦Auntie Joyce⟧",
    "yo its ⟦deshawn⟧ my order still aint here",
    "Cheers\n⟦Tyler J.⟧",
    "⟦Lorelei M.⟧ ★★★★★ Love it",
    "Merci d'avance, ⟦Odile⟧",
    "Best regards\n⟦Cosima Wetherby⟧\nAccounts Payable",
    "Hi, I'm ⟦Tallulah⟧, is the blue one back in stock?",
    "Sehr geehrter Herr ⟦Dr. Brandstätter⟧, Ihr Paket ist da.",
)
NUMBERS_AND_CODES = (
    "Tel.: ⟦0221 / 4 55 01 23⟧",
    "fone ⟦(0xx11) 5550-1234⟧",
    "⟦amy@@shop.com⟧",
    "⟦sam at-sign yahoo dot com⟧",
    "⟦r.mehta [at] inboxly (dot) in⟧",
    "its ⟦n.patel at gmail⟧",
    "⟦kim_lee (at) mail (dot) co (dot) kr⟧",
    "⟦zoe at zoemail.com⟧ is fine",
    "email=⟦x.y@z.co⟧&ok=1",
    "order:⟦SHP-1009-2231⟧",
    "invoice ⟦F-2024/0091⟧",
    "order nr ⟦AB/2024/991⟧",
    "reference no. ⟦REF/88/1234⟧",
    "booking ref ⟦ZXQ7P2⟧",
    "confirmation code ⟦HMX9K2Q4⟧",
    "orders ⟦100231⟧ and ⟦100232⟧ merged",
    'Promo code "⟦summerfun⟧" rejected',
    "apply ⟦FREESHIP50⟧ for free shipping",
    "referral link code ⟦maria-x7k2⟧",
    "She used ⟦MOM25⟧ twice",
    "redeem ⟦9KX2-77PL-01MM⟧",
    "store credit code ⟦SC-8812-QQ⟧",
    "your parcel with Evri ⟦H01HYA0012345678⟧",
    "colissimo ⟦6A12345678901⟧",
    "Correos ⟦PQ4F6K0412345670128025W⟧",
    "consignment ⟦ABC1234567⟧",
    "customer is a ⟦42⟧ yr old runner",
    "he's ⟦17⟧ now",
    "telegram ⟦@vera_k⟧ or discord ⟦vera#1234⟧",
    "user: ⟦jsmith_84⟧ password: ⟦Hunter2!x⟧",
    "birthdate=⟦1990-12-31⟧",
)
ADDRESSES_AND_POSTCODES = (
    "⟦Box 44, RR 2⟧, Elora ON ⟦N0B 1S0⟧",
    "⟦Lot 9 Jalan Bukit 3/2⟧, Shah Alam ⟦40000⟧",
    "⟦Blk 45 Toa Payoh Lor 5 #08-123⟧ Singapore ⟦310045⟧",
    "⟦Av. Paulista, 1578 - ap 42⟧, São Paulo - SP, ⟦01310-200⟧",
    "⟦Rose Cottage, Mill Lane⟧, Wells",
    "⟦Studio 5, 77 King St W⟧, Toronto ⟦M5H 1J9⟧",
    "street=⟦9 Elm Street⟧ city=Salem postal=⟦97301⟧",
    "addr1: ⟦Kirkgate 5⟧, Leith",
    "my postal code's ⟦V6B 4Y8⟧",
    "PIN ⟦400 050⟧",
    "shipping to ⟦60614⟧, how long?",
    "I'm in ⟦94110⟧, is pickup possible",
    "DL ⟦D123-4567-8901⟧",
)
NO_NAMES = (
    "Summer said it all: bright, light and easy to wear.",
    "Grace period ends Monday; Faith in this brand is gone.",
    "The Amber is lovely, the Jade was not as described.",
    "Returns are easy. Customer Service was very polite.",
    "Apple says the battery lasts 12 hours. Amazon told us to wait.",
    "Called Customer Care, asked Support for help, contacted Sales.",
    "per Instructions, wash cold. As per Policy no refund.",
    "Order Confirmation sent. Payment by Visa or Mastercard.",
    "Payment by PayPal failed. Refund to Store Credit.",
    "Delivery by Royal Mail, shipped by Hermes, sold by Target.",
    "use code at checkout, code is invalid",
    "ref: see above. case closed. return label attached",
    "The case has 12 slots and the ticket price went up 20%.",
    "Request 3 samples. Return within 30 days. Claim denied.",
    "used WD40 and SPF50 sunscreen",
    "Love it! Perfect. M. Runs small. L. Too big.",
    "size 34 C. Great support. Vitamin D. Good value.",
    "Brand: Calvin Klein, Model: Stella Tote, Color: Navy Blue",
    "Product name: Charlotte Midi Dress",
    "From: Monday To: Friday. Subject: Sale",
    "Agent will call between 9 and 11. Driver left early.",
    "Manager Approved. Seller Rating 98%. Buyer Protection included.",
    "Thanks Again! Thank you Amazon! Thanks Guys, great shop.",
    "Happy Birthday to me. Merry Christmas, everyone!",
    "My husband loves it. Daughter wanted another. Mom said no.",
    "It is called Midnight Blue. We met Halfway. Text Support anytime.",
    "shipping to 50 states; deliver to 10000 stores",
    "I live in 2 places; moved in 2019, based in Paris",
    "Box 12 pens, set of 44, RR Donnelley print",
    "The Old Mill House tea towels, Rose Garden Mug",
    "Charlotte, NC is warm. Austin is hot. Florence is lovely.",
    "aged 3 and up; ages 3-5; for kids ages 8 to 12",
    "at 50 it still works, im 50% sure",
    "price 12.50 14.00 15.75 18.20",
    "dimensions 12 x 14 / 030 mm",
    "part no AB-1234-X, model XR-2000, SKU 44-8812-90",
    "error code E-1042, model code QX-77-12",
    "discord server is down. user guide: version_2.1",
    "street food was great, line 3 of the manual, address the issue 2 times",
    "Sent from my iPhone",
    "- Great quality\n- Fast shipping",
    "Regards to the team. Yours is better. Best, ever!",
)
FAMILIES = {
    "act": NAMES_THAT_ACT,
    "acted on": NAMES_ACTED_ON,
    "labelled": NAMES_LABELLED,
    "signed or told": NAMES_SIGNED_OR_TOLD,
    "numbers": NUMBERS_AND_CODES,
    "addresses": ADDRESSES_AND_POSTCODES,
}


def parts(wording):
    """The text of a wording, and the ranges that are to be masked."""
    text, ranges = "", []
    for place, piece in enumerate(wording.replace("⟧", "⟦").split("⟦")):
        if place % 2:
            ranges.append((len(text), len(text) + len(piece)))
        text += piece
    return text, ranges


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_marked_is_masked(scrubber, family):
    leaked = []
    for number, wording in enumerate(FAMILIES[family]):
        text, ranges = parts(wording)
        masked = {place for span in scrubber.find(text) for place in range(span.start, span.end)}
        if any(place not in masked for start, end in ranges for place in range(start, end)):
            leaked.append(number)
    assert not leaked


@pytest.mark.parametrize("text", NO_NAMES)
def test_brands_verbs_and_measures_are_no_personal_data(scrubber, text):
    assert scrubber.find(text) == ()


@pytest.mark.parametrize("surname", ["Takahashi", "Tierney", "Bigelow", "Benson", "Freezer"])
def test_a_title_before_a_name_that_begins_as_a_brand_does(scrubber, surname):
    text = f"ask Mr. {surname} about it"
    assert any(text[span.start : span.end].endswith(surname) for span in scrubber.find(text))


@pytest.mark.parametrize("after", ["as delivered", "held at customs", "is late", "and my refund"])
def test_a_tracking_number_ends_where_it_ends(scrubber, after):
    text = f"tracking number 8517 1607 9093 {after}"
    assert [text[span.start : span.end] for span in scrubber.find(text)] == ["8517 1607 9093"]


@pytest.mark.parametrize("unit", ["mm", "g", "px", "pcs", "psi"])
def test_a_measure_is_no_phone_number(scrubber, unit):
    assert scrubber.find(f"tolerance 685 272 8871 {unit}") == ()
    assert scrubber.find("call 685 272 8871")
