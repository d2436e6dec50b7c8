import { KINDS } from "./siblings.ts";

/**
 * Opposites and siblings that models score as similar. Each line lists choices, separated by `|`. Replacing a word with
 * another choice of its line changes the answer. Spaces separate the forms of one choice; underscores join the words of
 * a phrase.
 */
const LINES = `
under below|over above
am|pm
weekday weekdays|weekend weekends
daily|weekly|monthly month|quarterly|annual annually yearly year
morning|afternoon|evening|night
domestic domestically|international internationally overseas abroad
personal|business commercial corporate
optional voluntary|compulsory mandatory required
inbound incoming|outbound outgoing
upload uploading|download downloading
input|output
buy buying purchase purchasing|sell selling
lend lending|borrow borrowing
import importing|export exporting
enable activate|disable deactivate
install installing|uninstall uninstalling
open opening|close closing
start begin|stop end finish
add adding|remove removing delete
increase raise raising|decrease lower reduce
send sending|receive receiving
arrive arrival arrivals|depart departure departures
enter entry|exit leave
hire hiring|fire firing
rent renting|own owning
credit|debit|prepaid
checking|savings
minimum min lowest|maximum max highest
front|rear back
left|right
north|south|east|west
northern|southern|eastern|western
indoor indoors|outdoor outdoors
inside|outside
public|private
single|married|divorced
male men man boy mens boys|female women woman girl womens girls
husband|wife
mother mom|father dad
brother|sister
son|daughter
adult adults|child children kid kids|teen teens teenager teenagers|senior seniors elderly|infant infants baby babies|toddler toddlers
cat cats|dog dogs|bird birds|horse horses|fish|rabbit rabbits
summer|winter|spring|autumn fall
monday|tuesday|wednesday|thursday|friday|saturday|sunday
january jan|february feb|march|april apr|june jun|july jul|august aug|september sept|october oct|november nov|december dec
red|blue|green|yellow|black|white|orange|purple|pink|brown|gray
hot|cold|warm|cool
wet|dry
raw uncooked|cooked
fresh|frozen|dried|canned
fry fried frying|bake baked baking|boil boiled boiling|grill grilled grilling|steam steamed steaming|roast roasted roasting
cheap cheaper cheapest|expensive pricey
fast faster fastest|slow slower slowest
early earlier|late later
before|after
with|without
first|last|second|third|next|previous
oldest|newest latest
new|used old
best|worst
largest biggest|smallest
longest|shortest
tallest highest|shortest lowest
most|least
more|less fewer
always|never
same|different
advantage advantages pros benefits|disadvantage disadvantages cons drawbacks
similarity similarities|difference differences
cause causes|symptom symptoms|treatment treatments|effect effects|prevention
safe|dangerous
legal|illegal
full|empty
partial|complete
gross|net
fixed|variable
simple|compound
short|long
high|low
hard|soft
liquid|solid
acid|base
array|list|set|tuple|dictionary dict map|string|integer int|float|boolean
python|javascript|java|typescript|ruby|rust|golang|php|kotlin|swift|perl|scala
mysql|postgres postgresql|sqlite|mongodb|redis|oracle
windows|mac macos|linux|ubuntu|debian|fedora
android|iphone ios
iphone|ipad|macbook
chrome|firefox|safari|edge
gmail|outlook|yahoo
excel|word|powerpoint
google|apple|microsoft|amazon|facebook|netflix
visa|mastercard|amex
email|phone telephone|text sms|mail|chat
vertical vertically|horizontal horizontally
row rows|column columns
client|server
read reading|write writing
encode encoding|decode decoding
encrypt encrypting encryption|decrypt decrypting decryption
compress compressing|decompress decompressing
push|pull
commit|merge|rebase
train|bus|plane flight|car|ferry|taxi
carry-on carryon|checked
window|aisle
economy|business|first
oneway one-way|round-trip roundtrip
tea|coffee|wine|beer
butter|margarine|oil
beef|chicken|pork|turkey|lamb|salmon
breakfast|lunch|dinner
term|whole
systolic|diastolic
hypertension|hypotension
hyperthyroidism|hypothyroidism
hyperglycemia|hypoglycemia
undergraduate bachelor bachelors|graduate master masters|doctoral phd doctorate
primary|secondary|tertiary
tenant renter|landlord
employer|employee
plaintiff|defendant
buyer|seller
lessor|lessee
lender|borrower
teacher|student
doctor|patient|nurse
civil|criminal
state|federal
temporary temporarily|permanent permanently
manual manually|automatic automatically
voluntary|involuntary
exempt|nonexempt
in-person|remote|hybrid
present|past|future
upgrade upgrading|downgrade downgrading
deposit depositing deposits|withdraw withdrawing withdrawal withdrawals
login signin|logout signout
opt-in|opt-out
wholesale|retail
asset assets|liability liabilities
profit profits|loss losses|revenue
stock stocks|bond bonds
lease leasing|buy buying
roth|traditional
kidney kidneys|liver|heart|lung lungs|brain
virus viruses viral|bacteria bacterial|fungal fungus
sunrise|sunset
sun|moon|mars|venus|jupiter|saturn|earth
atlantic|pacific
work works|made
minute minutes|hour hours hourly|day days daily|week weeks weekly|month months monthly|year years yearly annual annually
turn_on enable activate|turn_off disable deactivate
parent parents|child children
`;

/** Word → its (line, choice) pairs. Two words conflict if they share a line and differ in the choice. */
export const SCOPE_CHOICES: ReadonlyMap<string, readonly { readonly line: number; readonly choice: number }[]> = (() => {
  const choices = new Map<string, { line: number; choice: number }[]>();
  for (const [line, text] of `${LINES.trim()}\n${KINDS.trim()}`.split("\n").entries()) {
    for (const [choice, words] of text.split("|").entries()) {
      for (const word of words.split(" ")) {
        const known = choices.get(word);
        if (known) known.push({ line, choice });
        else choices.set(word, [{ line, choice }]);
      }
    }
  }
  return choices;
})();

/** Prefixes that negate ("cooked" / "uncooked"). The word without the prefix must be in a dictionary. */
export const NEGATING_PREFIXES = ["un", "in", "im", "il", "ir", "dis", "non", "mis", "de", "anti"] as const;
