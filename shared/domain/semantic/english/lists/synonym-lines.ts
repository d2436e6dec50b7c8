/**
 * Nouns, noun phrases and short forms with their full names, by topic: money, law, places, shopping, home, travel,
 * cars, phones, software, office, work, education, health, food, measures, animals and plants, science, leisure,
 * people, abstract nouns, post. One group per line; every word is written as its lemma.
 */
export const THINGS = `
atm|cash machine|cashpoint|automate teller machine|automatic teller machine
pin|pin number|pin code|personal identification number
rout number|aba number|aba rout number|rout transit number
account balance|bank balance|balance
bank statement|account statement
credit report|credit file
overdraft|overdraft facility
overdraft fee|overdraft charge
wire transfer|bank wire|wire
autopay|auto pay|automatic payment|automatic bill payment
mortgage|home loan|house loan|mortgage loan
mortgage payment|house payment
car loan|auto loan|vehicle loan
student loan|education loan|college loan
payday loan|payday advance
loan term|loan tenure|loan duration
down payment|downpayment
installment plan|payment plan
monthly installment|monthly payment
emi|equate monthly installment
exchange rate|conversion rate|currency rate|currency exchange rate
apy|annual percentage yield
forex|foreign exchange|fx
ira|individual retirement account
fsa|flexible spend account
etf|exchange trade fund
roi|return on investment
ipo|initial public offer
reit|real estate investment trust
stock market|share market|equity market
stock price|share price
stockholder|shareholder
company stock|company share
stockbroker|stock broker
investment portfolio|portfolio
pension plan|pension scheme
retirement age|pension age
pay stub|paystub|payslip|pay slip|wage slip|salary slip
payday|pay day
raise|pay raise|pay rise|pay increase|salary increase|salary raise|salary hike
gross salary|gross pay|gross wage
net salary|net pay|take home pay|take home salary
hourly rate|hourly wage|hourly pay
overtime pay|overtime wage
severance|severance pay|severance package
side job|side gig|side hustle
cashback|cash back
purchase order|po
vat|value add tax
gst|good and service tax
tax return|income tax return|itr
tax refund|tax rebate
tax deduction|tax write off
tax bracket|tax band|tax slab
irs|internal revenue service
tax id|tax id number|tin|tax identification number|taxpayer identification number
ein|employer identification number
itin|individual taxpayer identification number
cpa|certify public accountant
llc|limit liability company
nda|nondisclosure agreement|non disclosure agreement|confidentiality agreement
power of attorney|poa
term of service|term and condition|term of use|tos
prenup|prenuptial agreement|premarital agreement
lawsuit|legal case|court case
dui|drink drive|drive under the influence
restrain order|protective order|order of protection
traffic ticket|traffic citation|traffic fine
speed ticket|speed fine|speed citation
green card|permanent resident card
permanent residency|permanent residence
work permit|work authorization|employment authorization
id card|identity card|identification card
photo id|picture id|photo identification
citizenship test|naturalization test
dmv|department of motor vehicle
fbi|federal bureau of investigation
cia|central intelligence agency
fda|food and drug administration
cdc|center for disease control
epa|environmental protection agency
un|unit nation
nato|north atlantic treaty organization
imf|international monetary fund
gdp|gross domestic product
ngo|nongovernmental organization|non governmental organization
nhs|national health service
usa|unit state|unit state of america|america
uae|unit arab emirate
ussr|soviet union
dc|washington dc
sf|san francisco
holland|netherland
burma|myanmar
czechia|czech republic
ivory coast|cote divoire
swaziland|eswatini
bombay|mumbai
calcutta|kolkata
madras|chennai
bangalore|bengaluru
saigon|ho chi minh city
kiev|kyiv
east timor|timor leste
mount everest|mt everest|everest
shop cart|cart|shop basket|basket
order number|order id|order reference
order status|status of my order
track number|track code|track id
ship fee|ship cost|ship charge|delivery fee|delivery charge|delivery cost|postage
ship address|delivery address
delivery date|arrival date
courier|delivery company|ship company
express delivery|express ship|expedite ship|expedite delivery
next day delivery|overnight delivery|overnight ship|next day ship
return label|return ship label
promotion|promo|special offer|promotional offer
promo code|promotion code|discount code|discount coupon
loyalty program|reward program|loyalty scheme|reward scheme
loyalty point|reward point
wish list|wishlist
size chart|size guide
spare part|replacement part
grocery store|supermarket
convenience store|corner shop
pharmacy|drugstore|drug store
mall|shop mall|shop center
thrift store|thrift shop|charity shop
clothe|cloth|apparel
sneaker|tennis shoe
sweater|jumper|pullover
swimsuit|bath suit|swim costume
handbag|purse
necktie|tie
stroller|pushchair|pram|baby buggy
crib|cot
band aid|adhesive bandage|stick plaster
vacuum cleaner|vacuum
wardrobe|closet
cupboard|cabinet
curtain|drape
duvet|comforter
trash can|garbage can|dustbin|rubbish bin|trash bin|garbage bin
wash machine|washer|clothe washer
microwave|microwave oven
bake sheet|bake tray|cookie sheet|sheet pan
parchment paper|bake paper|bake parchment
plastic wrap|cling film|saran wrap|clingfilm
aluminum foil|tin foil|tinfoil
paper towel|kitchen roll|kitchen paper
can opener|tin opener
air conditioner|air condition|ac|aircon|ac unit|air condition unit
water heater|hot water heater
light bulb|lightbulb|bulb
outlet|socket|power outlet|electrical outlet|wall socket
extension cord|extension lead|extension cable
circuit breaker|breaker
smoke detector|smoke alarm
carbon monoxide detector|carbon monoxide alarm
wrench|spanner
lawn mower|lawnmower|mower
drywall|plasterboard|gypsum board|sheetrock
wood floor|wooden floor
drip tap|drip faucet|leaky faucet|leak faucet|leaky tap|leak tap
attic|loft
basement|cellar
backyard|back yard|back garden
live room|lounge|sit room
hallway|corridor
apartment build|apartment block|block of flat
condo|condominium
realtor|real estate agent|estate agent|property agent
roommate|flatmate|housemate
rental agreement|lease agreement|tenancy agreement|rental contract|lease contract|lease
security deposit|rental deposit|damage deposit|tenancy deposit
electricity bill|electric bill|power bill
hoa|homeowner association
property tax|real estate tax
home insurance|homeowner insurance|house insurance|household insurance
car insurance|auto insurance|vehicle insurance|motor insurance
health insurance|medical insurance|health coverage|medical coverage
life insurance|life assurance
renter insurance|tenant insurance
travel insurance|trip insurance
insurer|insurance company|insurance provider|insurance carrier
insurance coverage|insurance cover
policyholder|policy holder
preexist condition|pre exist condition
copay|copayment|co pay|co payment
airfare|air fare|plane fare
plane ticket|flight ticket|airline ticket|air ticket
hand luggage|carry on|carry on bag|carry on luggage|carry on baggage|cabin bag|cabin baggage|hand baggage
check bag|check baggage|hold luggage
jet lag|jetlag
itinerary|travel itinerary|travel plan
accommodation|place to stay
travel agency|travel agent
tour guide|tourist guide
taxi|cab
subway|metro|tube
subway station|metro station|tube station|underground station
train station|railway station|rail station
car rental|car hire|vehicle rental
rental car|hire car|rental vehicle
freeway|highway|motorway|expressway
park lot|car park|park area
park space|park spot|park place
roundabout|traffic circle
crosswalk|pedestrian cross|zebra cross
traffic light|stoplight|traffic signal
gas station|petrol station|fill station|fuel station
car trunk|car boot
turn signal|blinker
manual transmission|manual gearbox|stick shift
automatic transmission|automatic gearbox
gearbox|transmission
gas pedal|accelerator|accelerator pedal
handbrake|park brake|hand brake|emergency brake
flat tire|puncture|puncture tire
spare tire|spare wheel
check engine light|engine light|engine warn light|engine management light
electric car|electric vehicle|ev
suv|sport utility vehicle
car battery|vehicle battery
pickup truck|pickup
truck|lorry
motorcycle|motorbike
fuel economy|fuel efficiency|gas mileage|fuel mileage
garage|auto repair shop|car repair shop|mechanic shop
car dealership|car dealer|dealership|auto dealer|auto dealership
vin|vin number|vehicle identification number|chassis number
car registration|vehicle registration
learner permit|learner license
drive test|driver test|drive exam|driver exam
car accident|car crash|auto accident|car wreck|vehicle accident
traffic accident|road accident
phone number|telephone number|contact number
mobile number|cell number|cell phone number|mobile phone number|phone number
area code|dial code
text message|sms|text|sms message
phone plan|mobile plan|cell phone plan|mobile phone plan
phone carrier|carrier|mobile carrier|phone company|mobile operator|network operator
isp|internet service provider|internet provider|broadband provider
internet connection|internet access|net connection
internet speed|connection speed|broadband speed
wifi password|wireless password|wifi passcode
wifi network|wireless network
router|wifi router|wireless router
hotspot|mobile hotspot|personal hotspot|wifi hotspot
ringtone|ring tone
phone case|phone cover
screen protector|screen guard
airplane mode|flight mode
dark mode|dark theme|night mode
touchscreen|touch screen
usb stick|usb drive|flash drive|thumb drive|pen drive|usb flash drive|memory stick|pendrive|usb key
harddrive|hard disk|hard disk drive|hdd|harddisk
ssd|solid state drive
sd card|memory card
monitor|computer screen|computer monitor
webcam|web camera
charge cable|charger cable|charge cord|charger cord
power cord|power cable
power bank|portable charger
earbud|earphone
smartwatch|smart watch
remote control|remote|tv remote
game console|video game console
bsod|blue screen of death|blue screen
malware|malicious software
antivirus|antivirus software|anti virus|virus scanner
spam|spam email|junk email
email address|email id
inbox|email inbox
attachment|attach file
recipient|addressee
out of office message|out of office reply|auto reply|automatic reply|autoreply|autoresponder
cc|carbon copy
bcc|blind carbon copy
username|user id|login name|login id|userid
profile picture|profile photo|profile pic|profile image|display picture|avatar
pic|picture|photo
social media|social network|social network site|social media platform
fb|facebook
insta|instagram|ig
yt|youtube
blog post|blog article|blog entry
homepage|main page|front page
url|web address|web link
hyperlink|link
browser|web browser|internet browser
browse history|browser history|web history
pop up|popup|pop up window|popup window
ad|advert|advertisement
adblocker|adblock
ux|user experience
gui|graphical user interface
cli|command line interface|command line
ide|integrate development environment
api|application program interface
sdk|software development kit
orm|object relational map|object relational mapper
regex|regular expression|regexp
csv|csv file|comma separate file
oop|object orient program
tdd|test drive development
ci|continuous integration
pull request|pr
merge request|mr
version control|version control system|source control|vcs
dns|domain name system
ip address|ip|internet protocol address
vpn|virtual private network
ssl certificate|tls certificate|ssl cert|http certificate
cert|certificate
cpu|processor
gpu|video card|graphic card|graphic process unit
software|software program|computer program
bug|defect|glitch
log file|logfile
stack trace|stacktrace|traceback
error message|error
source code|code
codebase|code base
code snippet|snippet|piece of code
program language|code language
programmer|coder|developer|software developer
software engineer|software developer|software dev
dev|developer
web developer|web dev|website developer
web development|website development
code|program
hash map|hashmap
char|character
float|float point number
param|parameter
arg|argument
attr|attribute
func|function
lib|library
config file|configuration file
dataset|data set
dataframe|data frame
datatype|data type
primary key|pk
foreign key|fk
row|record
column|field
sql query|sql statement|database query
sql server|mssql|ms sql|microsoft sql server
mongo|mongodb
elasticsearch|elastic search
react|react js
vue|vuejs|vue js
azure|microsoft azure
vps|virtual private server
microservice|micro service
cron job|cronjob|cron
background job|background task
backup|backup copy
cloud storage|online storage
web host|host provider|host company
domain|domain name
web server|webserver
cryptocurrency|crypto|crypto currency
btc|bitcoin
eth|ethereum
nft|non fungible token|nonfungible token
llm|large language model
nlp|natural language process
neural network|neural net
resume|cv|curriculum vitae
kpi|key performance indicator
crm|customer relationship management
erp|enterprise resource plan
seo|search engine optimization
saa|software as a service
poc|proof of concept
ceo|chief executive officer|chief executive
cfo|chief financial officer
cto|chief technology officer
vp|vice president
hr department|human resource department|human resource
i.t.|information technology
r and d|research and development
spreadsheet|worksheet|spread sheet
dropdown|drop down|drop down list|dropdown list|drop down menu|dropdown menu
checkbox|check box|tick box|tickbox
text box|textbox|text field
bullet point|bullet
bullet list|bullet point list
table of content|toc
font size|text size
presentation|slide deck|slideshow|slide show
powerpoint|ppt|power point
word document|word file|word doc
pdf|pdf file|pdf document
excel file|excel document|excel workbook
zip file|zip archive|zip folder
text file|txt file|plain text file
image file|picture file|photo file
video clip|clip|video
audio file|sound file
screenshot|screen capture|screen grab|screengrab
desktop background|desktop wallpaper|wallpaper
keyboard shortcut|hotkey|shortcut key|hot key
recycle bin|trash bin|trash
taskbar|task bar
file type|file format
google doc|google document
google sheet|google spreadsheet
calendar event|calendar entry|calendar appointment
meet invite|meet invitation|calendar invite|calendar invitation
invite|invitation
video call|video chat|video conference|video meet
conference call|teleconference
to do list|todo list|task list
push notification|push alert
customer service|customer support|customer care
customer service number|customer care number|support number|helpline number|helpline|hotline
tech support|technical support
help desk|helpdesk|service desk|support desk
support ticket|support request|support case|ticket
user manual|instruction manual|user guide|owner manual|instruction booklet|manual
release note|changelog|change log
license key|product key|activation key|activation code
verification code|authentication code|otp|one time password|one time passcode|one time code
cvv|cvc|card verification value|card security code
multi factor authentication|multifactor authentication|mfa
twofactor authentication|twofactor|twofactor auth
login page|login screen|signin page|signin screen
login detail|login credential|login information|login info|signin detail
security question|secret question
fingerprint scanner|fingerprint reader|fingerprint sensor
facial recognition|face recognition|face unlock
gps|global position system
lcd|liquid crystal display
bill cycle|bill period
free plan|free tier|free version
pay plan|pay version|pay tier
monthly fee|monthly charge|monthly cost
annual fee|yearly fee|annual charge|yearly charge
late fee|late charge|late payment fee|late payment charge
cancellation fee|cancellation charge|cancellation penalty
service fee|service charge
bank fee|bank charge
payment method|payment option|form of payment|method of payment|mode of payment|payment mode
card number|credit card number
expiry date|expiration date|expiry|expiration|date of expiry
contactless payment|tap to pay
noon|midday
sick leave|sick day|sick time
public holiday|bank holiday|national holiday
lunch break|meal break
open hour|business hour|hour of operation|open time|store hour|operate hour
schedule|timetable|time table
doctor appointment|medical appointment
wait list|waitlist
deadline|close date|cutoff date|cut off date|due date
start date|commencement date
end date|finish date
age limit|age restriction|age requirement
time limit|time restriction
timeframe|time frame|time period|period of time
job interview|interview|employment interview
cover letter|application letter
job application|employment application
job offer|employment offer|offer of employment
job post|job ad|job list|job advert|job advertisement
vacancy|job vacancy|job open
job seeker|jobseeker|job hunter
job search|job hunt
job title|position title
colleague|coworker|co worker|workmate
line manager|direct manager|supervisor
recruiter|headhunter
freelancer|independent contractor
probation|probation period|probationary period
resignation letter|letter of resignation
reference letter|recommendation letter|letter of recommendation|letter of reference
termination letter|dismissal letter
performance review|performance appraisal|performance evaluation|appraisal
workforce|personnel|staff
work experience|job experience|professional experience
career change|career switch|change of career
labor law|employment law
worker compensation|worker comp
unemployment benefit|unemployment pay|unemployment insurance|unemployment compensation|jobless benefit
layoff|redundancy
labor union|trade union|union
employment contract|work contract|employment agreement|contract of employment|job contract
timesheet|time sheet
train course|train program
employee handbook|staff handbook
high school|secondary school
elementary school|primary school|grade school
preschool|nursery school|pre school
semester|school term
exam grade|exam mark
exam result|exam score|test score
multiple choice question|mcq
tuition|tuition fee|tuition cost
bachelor degree|undergraduate degree
phd|doctorate|doctoral degree|phd degree
mba|master of business administration
online course|online class
tutor|private teacher|private tutor
principal|headmaster|head teacher|headteacher
classmate|schoolmate|fellow student
flashcard|flash card
textbook|course book|coursebook
study guide|study material
college admission|university admission
entrance exam|entrance test|admission test|admission exam|entrance examination
math|mathematics
physical education|gym class
vocab|vocabulary
mother tongue|native language|native tongue
summary|synopsis
ebook|e book|electronic book|digital book
audiobook|audio book
stomach|tummy|belly
stomach ache|stomachache|stomach pain|tummy ache|abdominal pain|bellyache|belly ache
back pain|backache|back ache
toothache|tooth pain|tooth ache
sore throat|throat pain
stuffy nose|block nose|nasal congestion|stuff nose|congest nose
fever|high temperature|high body temperature
flu shoot|flu jab|flu vaccine|flu vaccination|influenza vaccine
common cold|head cold
covid|coronavirus
high blood pressure|hypertension|high bp|elevate blood pressure
low blood pressure|hypotension|low bp
blood pressure|bp
blood sugar|blood glucose|blood sugar level|blood glucose level|glucose level
high blood sugar|hyperglycemia
low blood sugar|hypoglycemia
heart attack|myocardial infarction|cardiac infarction
heart disease|cardiac disease|cardiovascular disease
heart rate|pulse|pulse rate
irregular heartbeat|arrhythmia|cardiac arrhythmia|irregular heart beat
heartbeat|heart beat
diabetes|diabetes mellitus
kidney stone|renal stone
kidney failure|renal failure
uti|urinary tract infection|urine infection|urinary infection
std|sti|sexually transmit disease|sexually transmit infection
ibs|irritable bowel syndrome
acid reflux|gerd|heartburn|gastroesophageal reflux disease
indigestion|dyspepsia|upset stomach
nausea|queasiness
dizziness|lightheadedness
fatigue|tiredness|exhaustion
insomnia|sleeplessness|trouble sleep|difficulty sleep
panic attack|anxiety attack
adhd|attention deficit hyperactivity disorder
ocd|obsessive compulsive disorder
ptsd|post traumatic stress disorder|posttraumatic stress disorder
autism|asd|autism spectrum disorder
alzheimer|alzheimer disease
parkinson|parkinson disease
crohn|crohn disease
multiple sclerosis|ms
als|amyotrophic lateral sclerosis|lou gehrig disease
copd|chronic obstructive pulmonary disease
mono|mononucleosis|glandular fever
chickenpox|chicken pox|varicella
shingle|herpes zoster
whoop cough|pertussis
pink eye|pinkeye|conjunctivitis
cold sore|fever blister
canker sore|mouth ulcer
hive|urticaria
rash|skin rash
eczema|atopic dermatitis
acne|pimple
bruise|contusion
break bone|bone fracture|fracture|fracture bone
collarbone|clavicle
shoulder blade|scapula
kneecap|patella
shinbone|shin bone|tibia
thighbone|thigh bone|femur
spine|backbone|spinal column|vertebral column
jawbone|jaw bone
breastbone|sternum
windpipe|trachea
voice box|larynx
esophagus|gullet|food pipe
womb|uterus
belly button|navel
eardrum|tympanic membrane
skull|cranium
tailbone|coccyx
armpit|underarm
menstruation|menstrual period|period
period pain|menstrual cramp|period cramp|menstrual pain
c section|cesarean section|cesarean
birth control|contraception|contraceptive
birth control pill|contraceptive pill|oral contraceptive
morn after pill|emergency contraceptive pill|emergency contraception|plan b
ivf|in vitro fertilization
erectile dysfunction|impotence
painkiller|pain killer|pain reliever|pain medication|pain medicine|analgesic
tylenol|acetaminophen|paracetamol
advil|motrin|ibuprofen
aleve|naproxen
benadryl|diphenhydramine
zyrtec|cetirizine
claritin|loratadine
prozac|fluoxetine
zoloft|sertraline
lipitor|atorvastatin
viagra|sildenafil
xanax|alprazolam
valium|diazepam
albuterol|salbutamol|ventolin
lasix|furosemide
epinephrine|adrenaline
prescription drug|prescription medicine|prescription medication
side effect|adverse effect|adverse reaction|unwanted effect
dose|dosage
pill|tablet
cough medicine|cough syrup|cough mixture
general practitioner|gp|family doctor|primary care physician|family physician|primary care doctor
cardiologist|heart doctor|heart specialist
dermatologist|skin doctor|skin specialist
pediatrician|child doctor
eye doctor|eye specialist
psychotherapist|therapist
vet|veterinarian|veterinary surgeon|animal doctor
physical therapist|physiotherapist
physical therapy|physiotherapy|physio
emergency room|er|emergency department|emergency ward
icu|intensive care unit|intensive care
operation|surgery|surgical procedure
blood test|blood work|bloodwork
urine test|urinalysis
mri|mri scan|magnetic resonance image
ct scan|cat scan
x ray|xray|radiograph
ultrasound|sonogram|ultrasound scan
ecg|ekg|electrocardiogram
bmi|body mass index
cpr|cardiopulmonary resuscitation
dna|deoxyribonucleic acid
dietary supplement|supplement|nutritional supplement|food supplement
vitamin c|ascorbic acid
carb|carbohydrate
weight loss|weight reduction
belly fat|stomach fat|abdominal fat|tummy fat
diet plan|eat plan|diet chart
workout routine|exercise routine|workout plan|exercise plan|fitness routine|exercise program|workout program
gym|fitness center|health club|fitness studio
personal trainer|fitness trainer|fitness coach
push up|pushup|press up
pull up|pullup
sit up|situp
cardio|cardio exercise|aerobic exercise|cardiovascular exercise
weight train|strength train|resistance train|weightlifting|weight lift
muscle soreness|muscle ache|muscle pain|sore muscle
sunscreen|sunblock|sun cream|suntan lotion
perfume|fragrance
haircut|hair cut
hair loss|baldness|hair fall|alopecia
hairdresser|hairstylist|hair stylist
beauty salon|beauty parlor
nail polish|nail varnish
makeup|cosmetic
mouthwash|mouth rinse
denture|false tooth
bad breath|halitosis
body odor|bo
sanitary pad|sanitary napkin|sanitary towel
nurse home|care home
elder care|elderly care|aged care
daycare|daycare center|childcare center|childcare|day nursery
mental illness|mental disorder|psychiatric disorder
learn disability|learn disorder
main course|main dish|entree
starter|appetizer
soda|soft drink|fizzy drink|carbonate drink|soda pop|carbonate beverage
sparkle water|carbonate water|fizzy water|soda water|seltzer
ground beef|mince beef|beef mince|hamburger meat
ground meat|mince meat
eggplant|aubergine|brinjal
cilantro|coriander
arugula|rocket
bell pepper|capsicum|sweet pepper
chickpea|chick pea|garbanzo bean|garbanzo
fava bean|broad bean
lima bean|butter bean
beet|beetroot
rutabaga|swede
corn|maize
sweet corn|sweetcorn
cornstarch|corn starch|cornflour
all purpose flour|plain flour
self rise flour|self raise flour
whole wheat flour|wholemeal flour|wholewheat flour
bread flour|strong flour
bake soda|bicarbonate of soda|sodium bicarbonate|bicarb
caster sugar|superfine sugar|castor sugar
heavy cream|whip cream|heavy whip cream
molasses|treacle
ketchup|tomato ketchup|catsup
soy sauce|soya sauce
soybean|soya bean|soy bean
soy milk|soya milk|soymilk
skim milk|nonfat milk|fat free milk
whole milk|full fat milk|full cream milk
plant milk|plant base milk|nondairy milk|non dairy milk
peanut|groundnut
oatmeal|porridge
potato chip|potato crisp
hamburger|burger
hot dog|hotdog
barbecue|bbq|barbeque
ice cream|icecream
popsicle|ice lolly|ice pop
frost|icing
egg yolk|yolk
canola oil|rapeseed oil
chili pepper|chili|hot pepper|chile pepper
msg|monosodium glutamate
broth|stock
chicken broth|chicken stock
vegetable broth|vegetable stock
beef broth|beef stock
takeout|takeaway|takeout food|takeaway food
cookbook|recipe book|cookery book
slow cooker|crock pot
cut board|chop board
tbsp|tablespoon
tsp|teaspoon
oz|ounce
lb|pound
kg|kilogram|kilo
ml|milliliter
cm|centimeter
mm|millimeter
mg|milligram
ft|foot
hr|hour
yr|year
kb|kilobyte
mb|megabyte
gb|gigabyte
tb|terabyte
celsius|centigrade|degree celsius
fahrenheit|degree fahrenheit
square foot|sq ft|sqft
mph|mile per hour
mpg|mile per gallon
rpm|revolution per minute
kwh|kilowatt hour
shelf life|storage life
kitten|kitty
cat litter|kitty litter
litter box|litter tray
leash|dog leash|dog lead
budgie|parakeet|budgerigar
fish tank|aquarium
bedbug|bed bug
cockroach|roach
ladybug|ladybird
firefly|lightning bug
weed killer|weedkiller|herbicide
insecticide|bug killer|insect killer
insect repellent|bug repellent
houseplant|house plant|indoor plant
flowerpot|flower pot|plant pot
garden hose|hosepipe|hose
greenhouse|glasshouse
pot soil|pot mix|pot compost
shrub|bush
outer space|space
universe|cosmos
milky way|milky way galaxy
shoot star|meteor|fall star
northern light|aurora borealis
speed of light|light speed
speed of sound|sound speed
gravity|gravitational force|gravitation
solar power|solar energy
wind power|wind energy
nuclear power|nuclear energy
hydropower|hydroelectric power|hydroelectricity
solar panel|photovoltaic panel
table salt|sodium chloride
power outage|power cut|power failure|blackout|electricity outage
electricity|electric power|electrical power
power plant|power station
tornado|twister
earthquake|quake
tsunami|tidal wave
rainforest|rain forest
poll station|poll place
american revolution|american revolutionary war|revolutionary war
middle age|medieval period|medieval time|medieval era
bible|holy bible
quran|koran
christ|jesus|jesus christ
christma|xma
thanksgiving|thanksgiving day
new year eve|nye
square root|sqrt
average|arithmetic mean
standard deviation|sd|std dev
gcd|greatest common divisor|highest common factor|greatest common factor|gcf|hcf
lcm|least common multiple|lowest common multiple
pythagorean theorem|pythagora theorem
chart|graph
bar chart|bar graph
pie chart|pie graph
line chart|line graph
scatter plot|scatter chart|scatter graph|scatterplot
x axis|horizontal axis
y axis|vertical axis
flowchart|flow chart|flow diagram
tv show|tv series|television show|television series|tv program|television program
soap opera|soap
movie theater|cinema|film theater
film director|movie director
lead actor|main actor
main character|protagonist|lead character|central character
villain|antagonist|bad guy
plot|storyline|story line
trailer|movie trailer|film trailer
sequel|follow up film|follow up movie
subtitle|close caption|caption
soundtrack|movie soundtrack|film soundtrack
song|track|tune
band|music group|musical group
concert|gig
musical instrument|instrument|music instrument
playlist|play list
stream service|stream platform|stream site
cable tv|cable television
animate movie|animate film|animation movie|animation film
comic|comic book
jigsaw puzzle|jigsaw
crossword|crossword puzzle
deck of card|pack of card
football match|football game|soccer match|soccer game
super bowl|superbowl
olympic|olympic game
referee|ref
competition|contest
athlete|sportsperson|sport person
table tennis|ping pong
track and field|athletic
swim pool|pool
amusement park|theme park
nightclub|night club
cafe|coffee shop|coffeehouse|coffee house
restaurant|eatery
wed|marriage ceremony|wed ceremony
wed dress|wed gown|bridal gown
wed anniversary|marriage anniversary
bachelor party|stag party|stag night|stag do
bachelorette party|hen party|hen night|hen do
boyfriend|bf
girlfriend|gf
best friend|bff
friend|buddy|pal
guy|man|bloke
lady|woman
ex husband|former husband
ex wife|former wife
ex boyfriend|former boyfriend
ex girlfriend|former girlfriend
ex|ex partner|former partner
grandma|grandmother|granny|nana
grandpa|grandfather|granddad|grandad
mother|mom|mum|mommy|mummy
father|dad|daddy|papa
aunt|auntie|aunty
newborn|newborn baby|new baby|newborn infant
youngster|young person
senior citizen|elderly person|old person|older person|senior
human|human being
relationship|romantic relationship
breakup|break up|split up
infidelity|unfaithfulness
date site|date website
soulmate|soul mate
confidence|self confidence|self assurance
self esteem|self worth
willpower|will power
hobby|pastime|leisure activity
nightmare|bad dream
goal|aim|objective|target
advice|guidance
tip|piece of advice
suggestion|recommendation
opinion|viewpoint|point of view|view
answer|reply|response
question|query|inquiry|enquiry
explanation|clarification
info|information|detail
importance|significance
purpose|objective
impact|effect|influence
outcome|result
method|technique|approach
strategy|tactic
type|kind|sort|variety
feature|characteristic|attribute
component|part
amount of money|sum of money
likelihood|probability|chance
opportunity|chance
ability|capability
beginner|newbie|novice
expert|specialist|professional
amateur|hobbyist
tutorial|guide|walkthrough
instruction|direction
rule|regulation
law|legislation
requirement|prerequisite
eligibility criterion|eligibility requirement|eligibility condition
restriction|limitation|constraint
permission|consent|authorization
obligation|duty|responsibility
jail|prison
prisoner|inmate
police officer|cop|policeman
police station|police department
crime|offense|criminal offense
murder|homicide
theft|larceny
burglary|house break
scam|fraud|swindle
scammer|fraudster|con artist
identity theft|identity fraud|id theft
data breach|data leak
jury duty|jury service
legal fee|attorney fee|lawyer fee
legal advice|legal counsel
child support|child maintenance
alimony|spousal support|spousal maintenance
inheritance tax|estate tax|death tax
notary|notary public
eviction notice|notice of eviction
company|firm|business|corporation
startup|startup company|start up company
client|customer
user|end user
owner|proprietor
headquarter|head office|hq|main office
branch|branch office|local branch
brand name|trade name
slogan|tagline|motto
target audience|target market
revenue|turnover
expense|expenditure
cash flow|cashflow
supplier|vendor
manufacturer|maker|producer
trade show|trade fair
region|area
street|road
city center|downtown|town center
border|frontier
island|isle
beach|seashore
stream|creek|brook
countryside|rural area
tourist attraction|place to visit|tourist spot|tourist place|attraction
tourist|traveler
backpack|rucksack|knapsack
campsite|campground|camp site|camp ground
rv|recreational vehicle|motorhome|camper van|campervan
umbrella|brolly
raincoat|rain jacket|rain coat
zipper|zip
stain remover|spot remover
laundry detergent|wash powder|laundry soap|wash detergent
dish soap|wash up liquid|dishwashing liquid|dish detergent|dishwashing soap
fabric softener|fabric conditioner
rub alcohol|isopropyl alcohol|isopropanol|surgical spirit
glue|adhesive
sticky tape|scotch tape|sellotape|clear tape
postage stamp|stamp
zip code|zipcode|postal code|postcode|post code
letterbox|letter box|mailbox
mailman|postman|mail carrier|letter carrier
po box|post office box
phone book|telephone directory|phone directory|telephone book
restroom|washroom|lavatory|bathroom
restroom|toilet|lavatory
trait|characteristic
portion size|serve size
prod|production environment
work hour|office hour
`;

/**
 * Adjectives, adverbs and adverbial phrases: price, time, degree, judgment, feelings, size, state, manner, place,
 * linking phrases, software, character. One group per line; every word is written as its lemma.
 */
export const QUALITIES = `
for free|free of charge|at no cost|at no charge|complimentary|free
on my own|by myself|alone|solo
on your own|by yourself|alone|solo
on their own|by themselves
on its own|by itself
nowadays|these day|currently
presently|currently|at the moment|at present|at this moment
soon|shortly|before long|in the near future
initially|originally|in the begin
eventually|ultimately|in the end|finally
as soon as possible|asap
constantly|all the time|continuously|continually|the whole time
always|at all time
sometime|occasionally|from time to time|now and then|now and again
usually|normally|typically|generally|ordinarily|in general|as a rule
commonly|usually|often
mostly|mainly|primarily|largely|chiefly|for the most part|predominantly
especially|particularly|in particular
rarely|seldom|infrequently
regularly|on a regular basis|routinely
daily|on a daily basis|everyday
weekly|on a weekly basis
monthly|on a monthly basis
yearly|annually|annual|on a yearly basis|on an annual basis
every other week|fortnightly
every other day|on alternate day|alternate day
all day|all day long|the whole day|the entire day
overnight|during the night|through the night
after hour|out of hour|outside business hour|outside office hour
overdue|past due
on time|punctually
beforehand|in advance|ahead of time|upfront|ahead
recently|lately
previously|formerly|in the past
former|previous
afterward|later|subsequently|after that
for now|for the time being|for the moment|temporarily
in the long run|in the long term|over the long term
in real time|realtime
swiftly|quickly|fast
gradually|little by little|bit by bit
suddenly|all of a sudden|abruptly
randomly|at random
intermittently|on and off|off and on
repeatedly|over and over|again and again|time and again
easily|with ease|effortlessly
simply|easily
hard|difficult|tough
tricky|difficult
complicate|complex
important|significant
crucial|vital|essential|critical
main|primary|principal|key|major
famous|well know|renown
most famous|best know|most well know
common|usual|typical
rare|uncommon
strange|weird|odd|bizarre|peculiar
unusual|uncommon|strange
normal|usual|typical|regular
standard|regular|normal
beautiful|gorgeous|lovely|pretty
attractive|good look|handsome
ugly|unattractive
smart|intelligent|clever
stupid|dumb|foolish
crazy|insane
funny|humorous|amuse|hilarious
bore|dull|tedious
fascinate|intrigue
amaze|awesome|incredible|fantastic
great|excellent|superb|terrific|wonderful|fantastic
good|great
nice|pleasant
awful|terrible|horrible|dreadful
best|top|greatest|finest
favorite|prefer
perfect|ideal|flawless
suitable|appropriate
correct|accurate|right
approximate|rough|estimate
approximately|roughly|more or less
almost|nearly|virtually|practically
completely|totally|entirely|fully|wholly
absolutely|completely|totally
partly|partially
slightly|a little bit|a bit|somewhat
extremely|highly|exceptionally|incredibly
significantly|considerably|substantially|dramatically
obviously|clearly|evidently
probably|likely|most likely|in all likelihood|presumably
possibly|perhaps|maybe|potentially
definitely|certainly|surely|for sure|undoubtedly
certain|sure
real|genuine|authentic
legit|legitimate|genuine
real|true
true|factual
fake|counterfeit|bogus|phony
false|untrue
honest|truthful
dishonest|deceitful
trustworthy|reliable|dependable
toxic|poisonous
deadly|lethal|fatal
dangerous|hazardous|risky
harmful|detrimental
beneficial|helpful|useful|advantageous
handy|useful
useless|worthless|pointless
healthy|good for you|good for health|good for your health
unhealthy|bad for you|bad for health|bad for your health
sick|ill|unwell|under the weather
hungry|famish
sleepy|drowsy
stress|stress out|under stress
sad|unhappy
happy|glad|joyful|cheerful
angry|mad|furious
scare|afraid|frighten|terrify
nervous|anxious|worry
lonely|lonesome
shy|timid|bashful
jealous|envious
rude|impolite|disrespectful
polite|courteous|well manner
selfish|self center|egotistical
hardworking|diligent|industrious
brave|courageous|fearless
strong|powerful
weak|feeble|frail
fit|in shape|physically fit|in good shape
thin|slim|slender|skinny
tiny|minuscule
huge|enormous|gigantic|massive|immense|giant
vast|huge|immense
large|big|sizable
fastest|quickest|speediest
cheapest|least expensive|most affordable|lowest price
most expensive|priciest|costliest
expensive|costly|pricey
affordable|low cost|budget friendly|economical|cheap
easiest|simplest
hardest|most difficult|toughest
strongest|most powerful
smartest|most intelligent|cleverest
closest|nearest
farthest|furthest|most distant
strangest|weirdest|oddest|most bizarre
funniest|most hilarious
most beautiful|prettiest|loveliest
most common|most frequent|commonest
deadliest|most lethal|most deadly
most dangerous|most hazardous
healthiest|most healthy
longest|lengthiest
lengthy|long
brief|short
better|superior|preferable
worse|inferior
additional|extra|supplementary
enough|sufficient|adequate
insufficient|inadequate
excessive|too much
a lot of|lot of|plenty of|load of|a bunch of
numerous|a lot of|a large number of|a great deal of
several|multiple
full|complete|whole
empty|vacant|unoccupied
blank|empty
quiet|silent
loud|noisy
dirty|filthy|unclean
messy|untidy|clutter
tidy|neat
damp|moist
cold|chilly
tasty|delicious|yummy
sour|tart
spoil|rotten|gone bad|gone off
edible|safe to eat|okay to eat|fit to eat
drinkable|potable|safe to drink|okay to drink
vegan|plant base
vegetarian|meat free|meatless
sugar free|sugarless
decaf|decaffeinate|caffeine free
nonalcoholic|non alcoholic|alcohol free
fat free|nonfat|non fat
low fat|reduce fat
homemade|home make|make at home
handmade|hand make|handcraft|make by hand
artificial|man make|manmade
electric|electrical
online|on the internet|over the internet|on the web|web base
on foot|by foot
accidentally|by accident|by mistake|unintentionally|inadvertently|mistakenly
on purpose|deliberately|intentionally|knowingly
secretly|in secret|covertly
in bulk|in large quantity|in large amount
in a row|consecutively|back to back
consecutive|successive|in a row
sequentially|in sequence
side by side|next to each other
near me|close to me|around me|in my area|nearby|close by|near here|around here
abroad|overseas|in a foreign country|in foreign country
worldwide|globally|all over the world|around the world|across the world|across the globe
nationwide|across the country|throughout the country
everywhere|all over
outdoor|in the open air|outside
from scratch|from the ground up|from the begin|from the start
per person|per head|per caput
at least|a minimum of|minimum
at most|a maximum of|maximum
in total|altogether
thoroughly|in detail|in depth|comprehensively
briefly|in brief|in a nutshell|in summary
in simple term|in plain english|in simple word|in layman term|in easy word
for example|for instance
and so on|and so forth|etc
instead of|in place of|rather than|in lieu of
because of|due to|owing to|on account of|as a result of
in case of|in the event of
in spite of|despite
accord to|as per
apart from|aside from|beside
as well as|in addition to|along with|together with
regard|with regard to|with respect to|in relation to
prior to|before
next to|beside|adjacent to
underneath|beneath|below
up to date|current
outdated|out of date|obsolete
contemporary|present day
secondhand|preowned|pre own
brand new|new
refurbish|recondition
out of order|out of service
blurry|blur|out of focus|fuzzy
transparent|see through
hide|conceal
colorful|multicolored
round|circular
wide|broad
lightweight|light
blunt|dull
sticky|gooey|tacky
slippery|slick
painful|sore
swell|puffy
blind|visually impair|sightless
deaf|hear impair|hard of hear
intoxicate|inebriate
hungover|hang over
contagious|infectious|communicable
chronic|long term
benign|noncancerous|non cancerous
malignant|cancerous
hereditary|inherit|genetic
dead|decease
extinct|died out
single|unmarried
wealthy|rich|affluent|well off
bankrupt|insolvent
unemployed|jobless|out of work
self employ|freelance
anonymous|unnamed|nameless
confidential|private
casual|informal
illegal|unlawful|illicit|against the law
tax free|tax exempt|nontaxable|non taxable
taxable|subject to tax|liable to tax
nonrefundable|non refundable
mandatory|require by law|legally require|obligatory
deprecate|obsolete
accessible|reachable
out of stock|sell out|unavailable
invalid|void|null and void
payable|due
unpaid|outstanding
recur|repeat
identical|exactly the same|the very same
similar|alike|comparable
distinct|different
equal|equivalent
specific|particular|certain
flexible|adaptable|adjustable
customizable|configurable|adjustable
waterproof|watertight|water proof
fireproof|fire resistant|flame resistant
wireless|cordless
automate|automatic
hand free|handsfree
user friendly|easy to use|simple to use
open source|opensource
high quality|top quality|good quality
low quality|poor quality|bad quality
high resolution|high res|hi res
high definition|hd
full screen|fullscreen
cross platform|multiplatform|multi platform
read only|readonly
case insensitive|ignore case
asynchronously|async|asynchronous
in parallel|concurrently|simultaneously|at the same time
alphabetically|in alphabetical order|alphabetical
chronologically|in chronological order|by date|in date order
numerically|in numerical order|in numeric order
in ascend order|in increase order|from smallest to largest|from lowest to highest
in descend order|in decrease order|from largest to smallest|from highest to lowest
verbatim|word for word
at a discount|discount
for rent|up for rent
at work|at the office|on the job|at my job
at home|at my house|at my place
on the go|on the move
on board|aboard
underwater|under water
underground|below ground|below the ground
young|youthful
childish|immature
as a child|in childhood|during childhood
in theory|theoretically
basically|essentially|in essence|fundamentally
apparently|seemingly
supposedly|allegedly
unfortunately|sadly|regrettably
luckily|fortunately|thankfully
therefore|thus|hence|as a result|consequently
moreover|furthermore|in addition|additionally
meanwhile|in the meantime
politely|courteously|in a polite way
efficiently|effectively
safely|securely|in a safe way
properly|correctly|the right way|in the right way|the correct way
incorrectly|wrongly|improperly|the wrong way
carefully|with care|cautiously
naturally|in a natural way|by natural mean
legally|by law|under the law|lawfully
illegally|unlawfully|against the law
financially|in financial term
mentally|psychologically
remotely|from a distance|from afar
programmatically|through code|via code
in the background|in background
on startup|at startup|on boot|at boot|at boot time
at runtime|at run time|during runtime
at compile time|during compilation
perfectly|flawlessly
severe|serious
terrify|scary|frighten
disgust|gross
comfortable|comfy
cozy|snug
fashionable|stylish|trendy
luxurious|deluxe|luxury
historic|historical
fictional|fictitious
stubborn|obstinate
patiently|with patience
eco friendly|environmentally friendly|ecofriendly
child friendly|kid friendly|suitable for child
pet friendly|pet allow
child safe|childproof|safe for child
jobless|between job
stress free|stressless
pain free|painless
debt free|out of debt
fulltime|on a fulltime basis
parttime|on a parttime basis
on schedule|on time
ahead of schedule|early
behind schedule|late|delay
infinite|unlimited|limitless
needless|unnecessary
inaccurate|imprecise
vague|unclear
obvious|evident|clear
apparent|evident
sudden|abrupt
instant|immediate
temporary|interim
entire|whole|complete
traditional|conventional
bad|poor
elderly|aged
in effect|in force|valid
nonstop|non stop
at night|at nighttime|by night|in the night|during the night
pregnant|expectant
endless|infinite
at short notice|on short notice
exact|precise|accurate
`;
