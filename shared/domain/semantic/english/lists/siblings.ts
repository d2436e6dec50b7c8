/**
 * Siblings and opposites, one line each, in the layout of `opposites.ts`: `|` separates the choices, spaces separate
 * the forms of one choice. Replacing one choice with another changes the answer, so no line contains a word and its own
 * kind ("dog", "poodle") or two words for the same thing. Words are lemmas in American spelling. A plural is listed
 * only if its singular is another word ("contacts", "glasses").
 */
export const KINDS = `
vegan|vegetarian|pescatarian|carnivore|omnivore
keto ketogenic|paleo|atkins|mediterranean|vegan|vegetarian
halal|kosher
gluten|lactose dairy|peanut|soy|shellfish|egg
carbohydrate carbs carb|protein|fat|fiber|sugar|sodium|cholesterol
calorie|protein|carbohydrate carb|fiber
calcium|iron|magnesium|potassium|zinc|sodium|iodine|selenium
niacin|biotin|folate|riboflavin|thiamine|retinol|cobalamin
saturated|unsaturated|trans
shampoo|conditioner
shampoo|soap|lotion|toothpaste|deodorant|sunscreen|perfume
deodorant|antiperspirant
perfume|cologne
moisturizer|cleanser|toner|serum|exfoliant|sunscreen
lipstick|mascara|eyeliner|foundation|concealer|blush
botox|filler
toothbrush|toothpaste|floss|mouthwash
razor|epilator|wax
haircut|perm|highlights
toenail|fingernail
manicure|pedicure
detergent|softener|bleach
bleach|ammonia|vinegar
router|modem|extender|hub
wifi|ethernet|bluetooth|cellular
bluetooth|infrared|nfc
laptop notebook|desktop|tablet|smartphone
computer|printer|scanner|phone|tablet|television tv|camera
mouse|keyboard|monitor|webcam|microphone|speaker|headphone
headset|speaker|microphone
inkjet|laser
usb|hdmi|ethernet|thunderbolt|displayport
ram|storage
ram memory|cpu processor|gpu graphics|motherboard
ssd|hdd harddrive
intel|amd|nvidia|qualcomm
cpu|gpu|ssd
kindle|nook|kobo
airpods|homepod|airtag
alexa|siri|cortana
roku|chromecast|firestick
playstation|xbox|nintendo|switch
prepaid|postpaid
sim|esim
landline|cellphone mobile
bicycle|motorcycle motorbike|scooter|moped|skateboard
bicycle|car|truck|motorcycle|bus|train|boat
car|truck lorry|van|trailer|rv motorhome
sedan|suv|hatchback|coupe|convertible|minivan|pickup
sailboat|motorboat|kayak|canoe|yacht
kayak|canoe|raft|paddleboard
helicopter|airplane plane|drone|glider|jet
subway metro|bus|tram|train|taxi cab
taxi cab|uber|lyft
oven|microwave|stovetop|fryer|grill|toaster
oven|refrigerator fridge|dishwasher|microwave|toaster
fridge refrigerator|freezer
washer|dryer|dishwasher
blender|mixer|juicer
skillet|saucepan|wok|griddle
fork|spoon|knife|chopstick
bowl|plate|cup|mug
vacuum|mop|broom
heater|fan|dehumidifier|humidifier
humidifier|dehumidifier|purifier
furnace|boiler|thermostat
hvac|plumbing|electrical
hammer|screwdriver|wrench|drill|saw|pliers
screw|nail|bolt|anchor
rake|shovel|hoe
sofa couch|chair|table|desk|bed|mattress|dresser|bookshelf
mattress|pillow|blanket|duvet|sheet
curtain|blinds|shutter
carpet|hardwood|laminate|tile|linoleum|vinyl
hardwood|softwood
wood|metal|plastic|glass|concrete|brick
brick|concrete|stucco|vinyl
drywall|plaster
paint|stain|varnish
primer|paint|sealer
latex|oil|acrylic|enamel
grout|caulk
bedroom|bathroom|kitchen|basement|attic|garage|hallway|closet|pantry
roof|floor|wall|ceiling
wall|ceiling|floor|door|window
door|window|gate
sink|toilet|shower|bathtub
shower|bath
balcony|patio|deck|porch
pool|sauna
house|apartment|condo|townhouse|duplex
house|apartment flat|office|garage|shed
hotel|hostel|motel|airbnb|resort
suite|studio|dorm
twin|queen|king
mansion|cottage|cabin
detached|terraced
tenant renter|landlord|roommate
tenant renter|homeowner
buyer|seller|broker agent
landlord|tenant|realtor
host|guest
doctor|dentist|veterinarian vet|pharmacist|optometrist
doctor|nurse|dentist|therapist
patient|nurse|surgeon
cardiologist|dermatologist|neurologist|oncologist|gynecologist|urologist|pediatrician|psychiatrist|orthopedist|radiologist|endocrinologist|rheumatologist|gastroenterologist|pulmonologist|nephrologist|ophthalmologist|allergist
psychiatrist|psychologist|neurologist
optometrist|ophthalmologist|optician
dentist|orthodontist|periodontist|endodontist
surgeon|anesthesiologist|radiologist|pathologist
nurse|paramedic|midwife|pharmacist
physiotherapist|chiropractor|osteopath|acupuncturist
dietitian nutritionist|therapist|chiropractor
lawyer attorney|accountant|doctor|dentist|engineer|architect|teacher|plumber|electrician
lawyer attorney|judge|juror|paralegal|notary
plumber|electrician|carpenter|roofer|painter|locksmith|mechanic|gardener
engineer|architect|surveyor|contractor
programmer|designer|tester|analyst
accountant|auditor|bookkeeper|actuary
barber|hairdresser|beautician
chef|waiter|bartender|baker|butcher
pilot|steward|mechanic
police|firefighter|paramedic|soldier
policeman|fireman
admiral|general|colonel|captain|lieutenant|sergeant|corporal
senator|governor|mayor|president|congressman
senate|congress
president|king|queen|emperor|chancellor
democrat democratic|republican|libertarian
liberal|conservative|socialist|communist|fascist
monarchy|republic|dictatorship|oligarchy
teacher|professor|tutor|principal|counselor
professor|student|dean
actor|director|producer|screenwriter
author|publisher|editor|illustrator|translator
singer|drummer|guitarist|pianist|violinist|bassist
composer|singer|lyricist|conductor
coach|player|referee
goalkeeper goalie|striker|midfielder|defender
pitcher|catcher|batter
quarterback|linebacker|receiver
freelancer|intern|volunteer|apprentice
fulltime|parttime
freelance|seasonal|casual
employer|employee|contractor
manager|intern
ceo|cfo|cto|coo
shareholder|director|partner
mentor|mentee
payer|payee
sender|recipient receiver
donor|recipient
donor|beneficiary
insurer|policyholder
trustee|beneficiary|executor
grantor|grantee
lender|guarantor cosigner
franchisor|franchisee
licensor|licensee
supplier|customer|distributor
wholesaler|retailer|manufacturer
driver|passenger|pedestrian|cyclist
victim|witness|suspect|offender
prosecutor|defendant|witness
babysitter|nanny
ally|enemy
hero|villain
expert|beginner
rookie|veteran
actor|actress
waiter|waitress
prince|princess
duke|duchess
emperor|empress
god|goddess
groom|bride
widow|widower
grandfather grandpa granddad|grandmother grandma granny
grandson|granddaughter
stepfather stepdad|stepmother stepmom
stepson|stepdaughter
godfather|godmother
boyfriend|girlfriend
husband|boyfriend|fiance
wife|girlfriend|fiancee
gentleman|lady
policeman|policewoman
businessman|businesswoman
bull|cow
rooster|hen
stallion|mare
father dad|uncle|brother|grandfather grandpa|husband|son|nephew|cousin
mother mom mum|aunt|sister|grandmother grandma|wife|daughter|niece|cousin
parent mother mom father dad|spouse husband wife|sibling brother sister|grandparent grandmother grandfather grandma grandpa|cousin|roommate|friend|boss|coworker colleague|neighbor
spouse|sibling|cousin|grandchild
friend|stranger|enemy
coworker colleague|boss|client|neighbor
son|daughter|stepson|grandson
twin|triplet
newborn|toddler|teenager teen|adult
puppy dog|kitten cat|foal horse|lamb sheep|calf cow|piglet pig|duckling duck|cub
dog puppy canine|cat kitten feline|hamster|gerbil|ferret|parrot|goldfish|rabbit bunny|snake|turtle tortoise|lizard|horse|chinchilla|hedgehog
labrador|poodle|bulldog|beagle|dachshund|chihuahua|rottweiler|husky|boxer|pug|terrier|collie|corgi|dalmatian|greyhound|doberman|pomeranian|maltese|mastiff|retriever|schnauzer|spaniel|whippet
siamese|persian|ragdoll|bengal|sphynx
cow|pig|sheep|goat|chicken|duck|goose|horse|donkey|llama|alpaca|turkey
lion|tiger|leopard|cheetah|jaguar panther cougar|lynx|hyena|wolf|bear|fox|coyote
elephant|giraffe|rhino rhinoceros|hippo hippopotamus|zebra|gorilla|chimpanzee|kangaroo|koala|panda|camel|moose|deer|elk|bison|buffalo
elephant|mouse|whale|lion|giraffe|cheetah|horse|human
human|chimpanzee|gorilla|monkey|orangutan
african|asian
whale|dolphin|shark|seal|walrus|octopus|squid|jellyfish|crab|lobster|shrimp|starfish|seahorse|penguin
dolphin|porpoise
shrimp prawn|lobster|crab|crayfish
alligator|crocodile
turtle|frog|toad|salamander|snake|lizard|crocodile
python|cobra|viper|rattlesnake|boa
rat|mouse|squirrel|raccoon|skunk|opossum|bat|mole|gopher|beaver|otter
eagle|hawk|falcon|owl|vulture|crow|raven|sparrow|pigeon|dove|robin|parrot|ostrich|flamingo|swan|duck|goose|hummingbird|woodpecker|peacock|penguin
bee|wasp|hornet|ant|spider|mosquito|fly|beetle|butterfly|moth|cockroach roach|termite|flea|tick|bedbug|ladybug|cricket|grasshopper|dragonfly
bee honeybee|wasp|hornet|bumblebee
flea|tick|lice louse|mite
caterpillar|pupa|tadpole
mammal|reptile|amphibian|bird|insect|fish
herbivore|carnivore|omnivore
nocturnal|diurnal
jurassic|cretaceous|triassic|permian|cambrian
apple|banana|orange|grape|strawberry|blueberry|raspberry|blackberry|cherry|peach|pear|plum|mango|pineapple|watermelon|kiwi|lemon|lime|grapefruit|avocado|apricot|fig|papaya|pomegranate|coconut|cranberry|cantaloupe|guava|lychee
nectarine|peach|apricot
carrot|potato|tomato|onion|garlic|pepper|cucumber|broccoli|cauliflower|spinach|lettuce|cabbage|celery|zucchini courgette|eggplant aubergine|pumpkin|corn|pea|bean|mushroom|asparagus|beet beetroot|radish|turnip|kale|leek|artichoke|okra
kale|spinach|lettuce|arugula|chard
onion|garlic|shallot|leek|scallion
basil|oregano|thyme|rosemary|parsley|cilantro coriander|mint|dill|sage|tarragon|chives
cinnamon|nutmeg|ginger|turmeric|cumin|paprika|cardamom|saffron|clove|allspice|cayenne|anise
salt|pepper|sugar
vanilla|chocolate|strawberry|caramel
almond|walnut|cashew|pecan|pistachio|hazelnut|peanut|macadamia
almond|oat|soy|coconut
rice|pasta noodle|quinoa|couscous|bread|oatmeal|barley
wheat|rye|barley|oats|corn maize|rice
spaghetti|penne|lasagna|macaroni|ravioli|linguine|fettuccine
basmati|jasmine|arborio
lentil|chickpea|bean
tofu|tempeh|seitan
beef|pork|chicken|lamb|turkey|duck|veal|venison|fish|shrimp
steak|bacon|ham|sausage|burger hamburger|meatball|brisket
brisket|ribeye|sirloin|tenderloin|ribs
rare|medium
salmon|tuna|cod|tilapia|trout|halibut|mackerel|sardine|anchovy|herring|haddock
scallop|oyster|clam|mussel|shrimp
breast|thigh|drumstick|wing
breakfast|lunch|dinner supper|brunch|dessert|snack
appetizer|entree|dessert
soup|salad|sandwich|pizza|burger|taco|burrito|curry|sushi
pizza|pasta|burger|lasagna
taco|burrito|quesadilla|enchilada
soup|stew|chili|broth
cake|cookie biscuit|pie|brownie|muffin|bread|pancake|waffle|donut
pancake|waffle|crepe
bread|bagel|baguette|croissant|tortilla
sourdough|rye|brioche|focaccia
butter|cream|milk|cheese|yogurt
milk|cream|buttermilk
cheddar|mozzarella|parmesan|brie|feta|gouda|ricotta|gruyere
egg|milk|flour|butter|sugar|yeast|oil
yolk|white
flour|sugar|cornstarch|yeast
honey|sugar|molasses|syrup|stevia|agave
ketchup|mustard|mayonnaise mayo|relish
jam|jelly|marmalade
soda|powder
olive|canola|sunflower|sesame|peanut|vegetable|avocado|coconut
coffee|tea|juice|soda|water|milk|beer|wine
espresso|latte|cappuccino|americano|mocha|macchiato
caffeinated|decaffeinated decaf
green|black|herbal|oolong
beer|wine|whiskey whisky|vodka|rum|gin|tequila|brandy
merlot|chardonnay|pinot|cabernet|riesling|sauvignon|zinfandel
martini|margarita|mojito|daiquiri
bourbon|scotch
lager|ale|stout|pilsner
coke cola|pepsi|sprite|fanta
sweet|sour|salty|bitter|spicy
ripe|unripe|rotten
boil boiled|fry fried|scramble scrambled|poach poached
saute|blanch|braise|marinate
peel|chop|slice|grate
freeze|refrigerate|dehydrate|pickle
freeze|thaw defrost
melt|freeze
reheat|freeze
teaspoon tsp|tablespoon tbsp|cup|ounce oz|pint|quart|gallon|milliliter ml|liter
gram|kilogram kg|pound lb lbs|ounce oz|ton
milligram mg|gram|microgram mcg
inch|foot feet|yard|mile|meter|centimeter cm|millimeter mm|kilometer km
celsius centigrade|fahrenheit|kelvin
hour|day|week|month|year|decade|century
millisecond|nanosecond|microsecond
bit|byte|kilobyte kb|megabyte mb|gigabyte gb|terabyte tb|petabyte
kbps|mbps|gbps
watt|volt|amp ampere|ohm|joule|hertz|newton|pascal
kilowatt kw|megawatt mw|gigawatt
voltage|wattage|amperage
acre|hectare
mph|kph kmh
calorie|joule
radian|degree
imperial|metric
dollar usd|euro eur|pound gbp sterling|yen jpy|yuan cny rmb|rupee inr|peso|franc chf|ruble|lira|krona
penny|nickel|dime
bitcoin btc|ethereum eth|litecoin|dogecoin|solana|cardano|ripple xrp|tether
coin|banknote
gold|silver|copper|bronze|platinum|palladium
gold|silver|copper|iron|aluminum|steel|zinc|nickel|lead|tin|titanium|mercury|tungsten|brass|lithium|uranium
hydrogen|helium|oxygen|nitrogen|carbon|chlorine|fluorine|neon|argon|sulfur|phosphorus|silicon|sodium|potassium|calcium|magnesium
methane|propane|butane|ethane
ethanol|methanol|isopropyl
diamond|ruby|emerald|sapphire|pearl|opal|topaz|amethyst|quartz|jade
granite|marble|quartz|limestone|sandstone|slate
igneous|sedimentary|metamorphic
cotton|wool|silk|linen|polyester|nylon|leather|suede|denim|velvet|cashmere|rayon
oak|pine|maple|birch|walnut|cedar|mahogany|teak|bamboo|elm|willow|spruce|fir|cherry
rose|tulip|lily|orchid|daisy|sunflower|daffodil|lavender|hydrangea|peony|carnation|violet|marigold|geranium|petunia
cactus|fern|orchid|bonsai
monstera|pothos|philodendron|aloe|ficus
leaf leaves|root|stem|flower|seed|bark
petal|stem|root
mulch|fertilizer|pesticide
herbicide|insecticide|fungicide|fertilizer
sow|harvest|prune|water|fertilize|transplant|mow
beige|turquoise|maroon|teal|violet purple|indigo|gold|silver|magenta|red|green|yellow|black|white|brown|gray
mercury|venus|mars|jupiter|saturn|uranus|neptune|pluto|earth
star|planet|moon|comet|asteroid|galaxy
asteroid|comet|meteor
solar|lunar
equinox|solstice
aries|taurus|gemini|leo|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces
core|mantle|crust
stratosphere|troposphere|mesosphere|thermosphere|ionosphere
earthquake|hurricane|tornado|tsunami|volcano|flood|drought|wildfire|blizzard
rain|snow|hail|fog|sleet
rainy|sunny|cloudy|snowy|windy
thunder|lightning
latitude|longitude
river|lake|ocean|mountain|desert|island|glacier|valley|canyon
river|lake|sea
ocean|continent
atlantic|pacific|arctic|indian
nile|amazon|mississippi|yangtze|danube|rhine|thames|ganges|volga|congo|mekong
everest|kilimanjaro|denali|fuji|matterhorn|rainier
andes|alps|himalayas|rockies|appalachians|pyrenees
sahara|gobi|mojave|kalahari|atacama
africa|asia|europe|antarctica|oceania
equator|pole
arctic|antarctic
capital|currency|population|language|flag|anthem|president
population|area
usa america american|canada canadian|mexico mexican|france french|germany german|italy italian|spain spanish|portugal portuguese|uk britain british england|ireland irish|scotland scottish|wales welsh|netherlands dutch holland|belgium belgian|switzerland swiss|austria austrian|poland polish|sweden swedish|norway norwegian|denmark danish|finland finnish|iceland icelandic|greece greek|turkey turkish|russia russian|ukraine ukrainian|romania romanian|bulgaria bulgarian|hungary hungarian|czech czechia|slovakia slovak|slovenia slovenian|croatia croatian|serbia serbian|bosnia bosnian|albania albanian|lithuania lithuanian|latvia latvian|estonia estonian|belarus belarusian|japan japanese|china chinese|korea korean|india indian|pakistan pakistani|bangladesh bangladeshi|nepal nepali|vietnam vietnamese|thailand thai|indonesia indonesian|malaysia malaysian|philippines filipino|singapore singaporean|taiwan taiwanese|mongolia mongolian|cambodia cambodian|laos|myanmar burmese|australia australian|zealand|brazil brazilian|argentina argentinian argentine|chile chilean|peru peruvian|colombia colombian|venezuela venezuelan|ecuador|bolivia bolivian|uruguay|paraguay|cuba cuban|jamaica jamaican|haiti haitian|panama|nicaragua|honduras|guatemala|egypt egyptian|morocco moroccan|algeria algerian|tunisia tunisian|libya libyan|nigeria nigerian|kenya kenyan|ethiopia ethiopian|ghana ghanaian|tanzania|uganda|zimbabwe|zambia|senegal|israel israeli|iran iranian|iraq iraqi|syria syrian|lebanon lebanese|qatar|kuwait|oman|yemen|afghanistan afghan|kazakhstan|uzbekistan|georgia georgian|armenia armenian|azerbaijan|luxembourg|malta|cyprus|monaco
english|spanish|french|german|italian|portuguese|dutch|russian|chinese mandarin|japanese|korean|arabic|hindi|urdu|bengali|turkish|polish|greek|hebrew|latin|swedish|norwegian|danish|finnish|vietnamese|thai|swahili|tagalog|cantonese|persian farsi|ukrainian|czech|hungarian|romanian|punjabi|tamil|telugu|esperanto|catalan|basque
london|paris|berlin|madrid|rome|vienna|amsterdam|brussels|lisbon|dublin|edinburgh|glasgow|manchester|liverpool|birmingham|barcelona|milan|venice|florence|naples|munich|hamburg|frankfurt|cologne|zurich|geneva|prague|budapest|warsaw|krakow|stockholm|oslo|copenhagen|helsinki|athens|istanbul|moscow|kyiv kiev|bucharest|sofia|belgrade|zagreb|tokyo|osaka|kyoto|seoul|beijing|shanghai|shenzhen|bangkok|hanoi|jakarta|manila|mumbai|delhi|bangalore|chennai|kolkata|dubai|cairo|nairobi|lagos|johannesburg|sydney|melbourne|brisbane|perth|auckland|toronto|vancouver|montreal|ottawa|calgary|york nyc|angeles|chicago|houston|dallas|austin|phoenix|philadelphia|seattle|boston|denver|miami|atlanta|detroit|minneapolis|portland|vegas|francisco|diego|nashville|orlando|tampa|baltimore|pittsburgh|cleveland|cincinnati|charlotte|indianapolis|milwaukee|sacramento|orleans|honolulu
alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|hampshire|jersey|york|ohio|oklahoma|oregon|pennsylvania|tennessee|texas|utah|vermont|virginia|wisconsin|wyoming|washington|carolina|dakota|mexico
ontario|quebec|alberta|manitoba|saskatchewan|columbia
queensland|victoria|tasmania
brooklyn|manhattan|queens|bronx
zealand|york|jersey|mexico|hampshire|orleans|delhi
eiffel|colosseum|pyramid|louvre|parthenon
yellowstone|yosemite|zion|everglades
christianity christian|islam muslim|judaism jewish|hinduism hindu|buddhism buddhist|sikhism sikh|atheism atheist
catholic|protestant|orthodox|baptist|mormon|methodist|lutheran
church|mosque|synagogue|temple
bible|quran koran|torah
priest|rabbi|imam|monk|nun
christmas|easter|thanksgiving|halloween|hanukkah|ramadan|diwali|passover|valentine|kwanzaa|eid
christmas|easter|halloween|thanksgiving|anniversary|graduation|wedding|birthday
engagement|wedding|divorce
baptism|wedding|funeral
marriage|divorce
marry|divorce
zeus|poseidon|hades|apollo|ares|hermes|athena|aphrodite|hera|artemis
zeus|jupiter|odin|thor|loki
greek|roman|norse|egyptian
shakespeare|dickens|austen|hemingway|orwell|tolkien|tolstoy|twain|poe
hamlet|macbeth|othello|romeo
mozart|beethoven|bach|chopin|vivaldi|tchaikovsky|wagner|handel
picasso|monet|michelangelo|rembrandt|dali|warhol|vermeer|matisse
einstein|newton|darwin|galileo|edison|curie|hawking|copernicus|kepler
plato|socrates|aristotle|nietzsche|kant|descartes
freud|jung|pavlov|skinner
lincoln|washington|jefferson|roosevelt|kennedy|nixon|reagan|clinton|bush|obama|trump|biden|eisenhower|truman
hitler|stalin|mussolini|churchill|lenin|napoleon
caesar|napoleon|alexander|augustus
beatles|queen|nirvana|metallica|coldplay|radiohead
beyonce|rihanna|adele|madonna|eminem|drake|shakira
guitar|piano|violin|drum|flute|trumpet|saxophone|clarinet|cello|harp|ukulele|trombone|harmonica|accordion|banjo|oboe|tuba|mandolin
violin|viola|cello
acoustic|electric
chord|scale|melody
soprano|alto|tenor|bass
treble|bass
jazz|rock|pop|classical|blues|reggae|techno|opera|rap
novel|poem|essay
simile|metaphor|personification|hyperbole|alliteration
protagonist|antagonist
comedy|tragedy|horror|thriller|romance|drama|documentary
movie film|book|song|game|podcast
book|movie film|magazine|newspaper
painting|sculpture|photograph
watercolor|acrylic
netflix|hulu|disney|hbo|spotify|youtube|peacock|paramount
spotify|pandora|tidal|deezer|soundcloud
facebook|instagram|twitter|tiktok|snapchat|linkedin|pinterest|reddit|youtube|whatsapp|telegram|discord|tumblr
whatsapp|telegram|messenger|viber|wechat|skype
zoom|teams|skype|slack|discord|webex
trello|asana|jira|notion|basecamp
dropbox|onedrive|icloud
word|excel|powerpoint|outlook|onenote
docs|sheets|slides|forms
photoshop|illustrator|indesign|lightroom|premiere
lightroom|photoshop|gimp|canva|figma
tinder|bumble|hinge
amazon|ebay|walmart|etsy|alibaba|costco|aliexpress|shein|temu
walmart|target|costco|kroger|safeway|aldi|lidl|tesco
ikea|wayfair|lowes
fedex|ups|usps|dhl|hermes
doordash|ubereats|grubhub|instacart
mcdonalds|wendys|kfc|subway|chipotle|starbucks|dominos
starbucks|dunkin
nike|adidas|puma|reebok|asics
paypal|venmo|zelle|cashapp|stripe|revolut
robinhood|fidelity|vanguard|schwab|etrade
coinbase|binance|kraken
citibank|chase|barclays|hsbc|santander
quickbooks|xero|turbotax|freshbooks
salesforce|hubspot|zendesk|zoho
shopify|woocommerce|magento|squarespace|wix|wordpress
mailchimp|sendgrid|mailgun
verizon|comcast xfinity|vodafone
samsung|apple|huawei|xiaomi|oneplus|motorola|nokia|sony
samsung|lg|sony|panasonic
dell|lenovo|hp|asus|acer|toshiba
canon|nikon|sony|fujifilm|epson
toyota|honda|ford|bmw|mercedes|audi|volkswagen|tesla|hyundai|kia|nissan|chevrolet chevy|mazda|subaru|jeep|volvo|porsche|ferrari|lexus
camry|corolla|civic|accord|prius|mustang
southwest|delta|jetblue|lufthansa|ryanair|easyjet|emirates
boeing|airbus|cessna
expedia|airbnb|kayak|tripadvisor
tesla|spacex|neuralink
openai chatgpt|gemini|claude|copilot|llama|mistral
google|bing|duckduckgo
heathrow|gatwick|stansted
harvard|stanford|yale|princeton|oxford|cambridge|mit
football soccer|basketball|baseball|tennis|hockey|golf|volleyball|rugby|cricket|badminton|boxing|swimming|wrestling|softball|lacrosse|handball
tennis|badminton|squash|pickleball
skiing|snowboarding|skating|surfing
yoga|pilates|zumba|crossfit
running|swimming|cycling|walking|hiking|rowing
run|swim|walk
marathon|triathlon|sprint
squat|deadlift|plank|lunge
cardio|strength
warmup|cooldown
karate|judo|taekwondo|boxing|aikido|wrestling
chess|checkers|poker|monopoly|scrabble|blackjack|bridge|solitaire
knight|bishop|rook|pawn|queen|king
spade|club|diamond|heart
minecraft|fortnite|roblox|skyrim
batman|superman|spiderman|ironman|hulk|thor
marvel|dc
nfl|nba|mlb|nhl|mls|fifa|ufc
olympics|paralympics
offside|foul|penalty
freestyle|backstroke|breaststroke
bicep biceps|tricep triceps|quad|hamstring|glute|calf|ab|shoulder|chest
head|neck|shoulder|elbow|wrist|knee|ankle|hip|foot|hand|finger|toe|stomach|chest
eye|ear|nose|mouth|tongue|lip|chin|cheek|forehead
arm|leg
hand|foot feet
tooth teeth|gum|tongue
molar|incisor|canine
hair|skin|nail
scalp|beard
eyebrow|eyelash
oily|dry
liver|kidney|heart|lung|brain|stomach|pancreas|spleen|bladder|gallbladder|thyroid|appendix|colon|intestine|prostate|ovary|uterus|esophagus
artery|vein|capillary
tendon|ligament|cartilage
muscle|bone|nerve|skin
femur|tibia|fibula|humerus|ulna|radius|clavicle|sternum
retina|cornea|iris|pupil
ventricle|atrium
cerebrum|cerebellum|hippocampus|amygdala
plasma|platelet|hemoglobin
skull|spine|rib|pelvis
diabetes|hypertension|asthma|cancer|arthritis|depression|anemia|epilepsy|dementia|pneumonia
flu influenza|cold|covid coronavirus|pneumonia|bronchitis|strep|mono mononucleosis|tonsillitis|measles|mumps|chickenpox|shingles|rubella
allergy|cold|flu|covid
migraine|concussion|vertigo
heartburn|ulcer|gastritis|appendicitis
diarrhea|constipation|nausea|heartburn|bloating
fever|cough|headache|rash|nausea|dizziness|fatigue
eczema|psoriasis|acne|rosacea|hives|ringworm|vitiligo
wart|mole|blister|boil|pimple
dandruff|lice
anxiety|depression|adhd|autism|bipolar|schizophrenia|ptsd|ocd
insomnia|narcolepsy|apnea
alzheimer alzheimers|parkinson parkinsons
dementia|delirium
hepatitis|cirrhosis|jaundice
malaria|dengue|cholera|typhoid|tuberculosis|ebola|polio|tetanus|rabies
hiv aids|herpes|chlamydia|gonorrhea|syphilis|hpv
angina|arrhythmia|stroke
stroke|seizure|aneurysm
osteoporosis|osteoarthritis|rheumatoid
sprain|strain|fracture
gout|bursitis|tendonitis
cataract|glaucoma
conjunctivitis|stye
myopia nearsighted nearsightedness|hyperopia farsighted farsightedness|astigmatism
gastroenteritis|appendicitis|diverticulitis
crohn crohns|celiac|ibs
leukemia|lymphoma|melanoma
breast|prostate|lung|colon|skin|cervical|ovarian|pancreatic
tumor|cyst
gingivitis|cavity|abscess
braces|aligner invisalign|retainer|dentures|veneer
crown|filling|implant|veneer|bridge
anorexia|bulimia
bacteria|virus|fungus|parasite
antibiotic|antiviral|antihistamine|antidepressant|antacid|antifungal|painkiller|steroid|vaccine|decongestant|laxative
ibuprofen advil motrin|acetaminophen tylenol paracetamol|aspirin|naproxen aleve|codeine|morphine|tramadol|oxycodone
amoxicillin|azithromycin|penicillin|doxycycline|ciprofloxacin|cephalexin|clindamycin|metronidazole
sertraline zoloft|fluoxetine prozac|citalopram celexa|escitalopram lexapro|bupropion wellbutrin|venlafaxine effexor|duloxetine cymbalta|trazodone|paroxetine paxil
xanax alprazolam|valium diazepam|ativan lorazepam|klonopin clonazepam
adderall|ritalin|vyvanse|concerta
lisinopril|amlodipine|metoprolol|losartan|atenolol|hydrochlorothiazide|valsartan
atorvastatin lipitor|simvastatin zocor|rosuvastatin crestor|pravastatin
metformin|insulin|ozempic|mounjaro|wegovy
omeprazole prilosec|famotidine pepcid|pantoprazole|esomeprazole nexium
zyrtec cetirizine|claritin loratadine|benadryl diphenhydramine|allegra fexofenadine|sudafed pseudoephedrine
warfarin|heparin|apixaban eliquis|rivaroxaban xarelto|clopidogrel plavix
prednisone|hydrocortisone|dexamethasone
gabapentin|pregabalin
viagra sildenafil|cialis tadalafil
melatonin|magnesium|valerian
methadone|suboxone|naloxone
tablet pill|capsule|syrup|injection|inhaler|patch|ointment|suppository
oral|topical|intravenous|intramuscular
ointment|eyedrops
mri|ct|xray|ultrasound
colonoscopy|endoscopy|mammogram|biopsy
systolic|diastolic|pulse
ldl|hdl|triglyceride
estrogen|testosterone|progesterone|cortisol|insulin|adrenaline|oxytocin
dopamine|serotonin|adrenaline
hyperthermia|hypothermia
hyperkalemia|hypokalemia
tachycardia|bradycardia
hysterectomy|vasectomy|mastectomy|appendectomy
cesarean|vaginal
breastfeed|bottle
conception|miscarriage|abortion
ovulation|menstruation|menopause
diaphragm|condom|iud|pill|vasectomy
surgery|chemotherapy|radiation|physiotherapy
copay|deductible|premium|coinsurance
hmo|ppo|epo|hsa|fsa
medicare|medicaid
hsa|fsa|ira
auto car|home homeowner|renter|life|dental|vision|disability|umbrella|flood|health
auto|mortgage|student|payday
term|universal
beneficiary|policyholder
comprehensive|collision|liability
checking|savings|brokerage|escrow
credit|debit|gift
loan|grant|scholarship
fixed|adjustable
principal|interest
apr|apy
refinance|foreclose
income|expense
revenue|expense|profit
salary|bonus|pension|commission
hourly|salaried
pension|annuity
inflation|deflation|recession
bullish|bearish
stock|bond|etf|cryptocurrency
equity|debt
dividend|coupon
shareholder|stakeholder
payable|receivable
invoice|receipt|quote estimate
invoice|receipt|contract
surplus|deficit
monopoly|oligopoly|duopoly
macroeconomics|microeconomics
fiscal|monetary
taxable|nontaxable|deductible
deduction|credit|exemption
income|property|sales|estate inheritance|payroll
itemize itemized|standard
llc|corporation|partnership|proprietorship
llc|nonprofit
irs|ssa|dmv|uscis
patent|trademark|copyright
misdemeanor|felony|infraction
murder|manslaughter
robbery|burglary|theft|arson|assault
libel|slander
assault|battery
arrest|bail|parole|probation
custody|alimony
divorce|annulment|separation
bankruptcy|foreclosure
lawsuit|arbitration|mediation
subpoena|warrant
appeal|trial
affidavit|deposition
judge|jury
legislative|executive|judicial
senate|house
passport|license|certificate|visa
tourist|student|transit
citizenship|residency|asylum
naturalization|asylum
immigrant|refugee|tourist
immigration|emigration
birth|death|marriage
born|die
electoral|popular
primary|runoff
apply|renew
renew|replace
pause suspend|cancel terminate|resume|renew
track|cancel|return|reorder
cancel|confirm|reschedule
cancel|upgrade|downgrade
return|exchange swap|refund
refund|replacement|repair
repair|replace
rename|move|copy duplicate|delete erase
cut|copy|paste
archive|delete
delete|deactivate
create|delete|edit
add insert|edit|remove delete
insert|update|delete
upload|delete
download|delete
install|delete
mute|block|unfollow|unfriend
hide|unhide|delete
login signin|signup register
expand|collapse
shrink|enlarge
tighten|loosen
ascending asc|descending desc
accelerate|decelerate
gain|lose
earn|spend
spend|invest
lend|donate
donate|sell
buy|rent lease|sell
buy|build
accept|reject decline
approve|reject
allow|block
permit|prohibit
enforce|waive
confirm|deny
smile|frown
throw|catch
hire|promote|fire dismiss
quit resign|fire|retire
hire|retire
sick|maternity|bereavement|sabbatical
maternity|paternity
vacation|sick
onboarding|offboarding
interview|resume
resume cv|cover
speak|write|read|listen
reading|writing|speaking|listening
spell|pronounce
spelling|pronunciation|grammar
translate|pronounce
synonym|antonym|homonym
noun|verb|adjective|adverb|pronoun|preposition|conjunction
comma|semicolon|colon|apostrophe|hyphen
uppercase|lowercase
bold|italic|underline
infinitive|gerund|participle
subject|predicate|object
nominative|accusative|dative|genitive
paragraph|sentence|chapter
preface|appendix
heading|footnote
header|body|footer
margin|indent
portrait|landscape
font|margin
kindergarten|preschool|elementary|college university
freshman|sophomore|junior|senior
bachelor|master|doctorate phd|associate
bachelor|diploma|certificate
mba|phd|jd|md
sat|act|gre|gmat|lsat|mcat
toefl|ielts|duolingo
gcse|baccalaureate
gpa|sat
midterm|final
quiz|essay|homework
tuition|scholarship
thesis dissertation|essay
lecture|seminar|lab
semester|quarter|trimester
physics|chemistry|biology|mathematics math|history|geography|economics|psychology|philosophy|sociology
algebra|geometry|calculus|trigonometry|statistics|arithmetic
astronomy|astrology
archeology|anthropology|paleontology
biology|zoology|botany
entomology|etymology
psychology|psychiatry
correlation|causation
theoretical|experimental
add|subtract|multiply|divide
addition|subtraction|multiplication|division
sum|product|quotient
numerator|denominator
dividend|divisor|remainder
prime|composite
vector|scalar|matrix
sine sin|cosine cos|tangent tan
radius|diameter|circumference
area|perimeter|volume
width|height|length|depth
circle|square|triangle|rectangle|pentagon|hexagon|octagon|sphere|cube|cone|cylinder|pyramid|trapezoid|rhombus|parallelogram|ellipse
equilateral|isosceles|scalene
horizontal|vertical|diagonal
derivative|integral
permutation|combination
mean average|median
median|average|variance
fraction|decimal|percentage percent
binary|decimal|hexadecimal|octal
linear|quadratic|cubic|exponential
linear|logistic
logarithm log|exponent
slope|intercept
maximum|minimum|average
average|total
domain|range
mitosis|meiosis
dna|rna
gene|chromosome
dominant|recessive
genotype|phenotype
haploid|diploid
prokaryote prokaryotic|eukaryote eukaryotic
mitochondria|nucleus|ribosome|chloroplast
photosynthesis|respiration
osmosis|diffusion
transcription|translation
species|genus|phylum|kingdom
enzyme|hormone|antibody
arteries|veins
proton|neutron|electron
atom|molecule|ion
cation|anion
anode|cathode
acid acidic|base alkaline
ionic|covalent
isotope|isomer
exothermic|endothermic
oxidation|reduction
solid|liquid|gas|plasma
solvent|solute
evaporation|condensation|sublimation|precipitation
evaporate|condense
melting|boiling|freezing
melt|boil
fission|fusion
kinetic|potential
mass|volume|density
velocity|acceleration
force|energy|momentum
series|parallel
voltage|resistance
ac|dc
magnetic|gravitational
transparent|opaque
reflection|refraction
convection|conduction|radiation
ultraviolet|infrared
alpha|beta|gamma
telescope|microscope
barometer|thermometer|hygrometer
solar|wind|nuclear|hydroelectric|coal|geothermal
petrol gasoline|diesel|electric|hybrid|ethanol
oil|coolant|transmission
brake|clutch|accelerator
brake|tire|engine|transmission|radiator|battery
headlight|taillight|blinker
windshield|bumper|hood|trunk
speeding|parking|dui
speedometer|odometer|tachometer
highway freeway|city
windows|mac macos|linux|chromeos
ios|android|windows|macos
ubuntu|debian|fedora|centos|arch|redhat
chrome|firefox|safari|edge|opera|brave
bash|powershell|zsh
vim|emacs|nano|vscode|notepad
vscode|eclipse|intellij|xcode|pycharm
react|angular|vue vuejs|svelte|jquery|ember
django|flask|fastapi|rails|laravel|symfony|spring
nextjs|nuxt|gatsby|remix
express|koa|fastify|nestjs
pandas|numpy|matplotlib|scipy|sklearn
tensorflow|pytorch|keras|sklearn
bootstrap|tailwind
python|javascript js|typescript ts|java|ruby|php|golang|kotlin|swift|perl|scala|haskell|matlab|cobol|fortran|lua|julia|elixir|clojure|bash|sql
npm|yarn|pnpm|pip|conda|cargo|maven|gradle
pip|conda|brew|apt
webpack|vite|rollup|babel|parcel
jest|mocha|vitest|cypress|playwright|selenium|junit|pytest
eslint|prettier
docker|kubernetes|podman|vagrant
pod|node|deployment
container|image|volume
terraform|ansible|puppet
jenkins|travis|circleci
nginx|apache|caddy|tomcat
aws|azure|gcp|heroku|digitalocean|vercel|netlify|linode
lambda|dynamodb|cloudfront|redshift|athena
kafka|rabbitmq|sqs|redis
prometheus|grafana|datadog|splunk
github|gitlab|bitbucket
mysql|postgres postgresql|sqlite|mongodb|redis|oracle|mariadb|cassandra|dynamodb|elasticsearch|neo4j|snowflake|bigquery
sql|nosql
clone|fork|fetch|stash|rebase
commit|branch|tag|stash
merge|rebase|stash|squash
branch|commit|repository
push|commit|fetch
pull|fetch|clone
local|remote
insert|select
union|intersection|difference
trigger|index
char|varchar
integer|decimal|string|date
float|double|decimal
null|undefined|nan
keys|values
foreign|primary
array|object|string
stack|queue|heap
tree|graph|stack|queue|trie
class|function|variable|constant
interface|struct|enum|trait
public|private|protected
sync synchronous|async asynchronous
frontend|backend
staging|production
unit|integration|regression
ascii|unicode
compiler|interpreter
syntax|runtime
compile|debug
deploy|rollback
encrypt|decrypt|hash
symmetric|asymmetric
authentication|authorization
authenticate|authorize
prepend|append
trim|split
split|join
sort|filter
sort|shuffle
sort|group
filter|group
getter|setter
constructor|destructor
recursive|iterative
recursion|iteration
bfs|dfs
quicksort|mergesort|bubblesort
precision|recall
classification|regression|clustering
overfitting|underfitting
training|validation
client|server|proxy
http|https|ftp|sftp|ssh|smtp|imap|tcp|udp|dns|dhcp|telnet|rdp|vnc|mqtt|grpc|graphql|websocket
rest|soap|graphql
cookie|session|cache|token
cookie|cache|history
header|body|cookie
subnet|gateway
firewall|vpn|antivirus|proxy
worm|trojan|ransomware|spyware
phishing|malware
ipv4|ipv6
static|dynamic
pdf|docx|xlsx|csv|json|xml|yaml|html|epub|pptx|markdown
png|jpg jpeg|gif|svg|webp|tiff|bmp|heic
mp3|wav|flac|aac|ogg
mp4|avi|mov|mkv|webm
zip|rar|tar|gzip
video|audio|photo
photo picture|video|text
screenshot|recording
username|password|email
password|pin
email|address|name|phone
name|address|birthday
desktop|taskbar
wallpaper|screensaver
brightness|volume|contrast
keyboard|touchpad
touchscreen|keyboard
ringtone|alarm
alarm|timer|stopwatch
contacts|photos|messages
contacts|glasses
inbox|outbox|draft|trash
sender|attachment|subject
story|reel
follower|subscriber
hashtag|mention
online|offline
analog|digital
stereo|mono
software|firmware
backup|restore
reboot restart|hibernate
cell|row|column
bar|pie|line|scatter
workbook|worksheet
sum|average|count|max
vlookup|hlookup|xlookup
chart|table
print|scan|fax|email
call|email|text|fax|chat
letter|email|text
parcel package|letter|envelope
standard|express|overnight
shipping|billing
pickup|delivery
basic|premium|enterprise
free|premium
starter|premium
small|medium|large
single|double|triple|quadruple
single|family|group
individual|family
adult|senior|student|military
student|senior|veteran
weekday|weekend|holiday
yesterday|today|tomorrow|tonight
hourly|daily|weekly|biweekly fortnightly|monthly|quarterly|yearly annually
decade|century|millennium
midnight|noon midday
dawn sunrise|dusk sunset|noon|midnight
morning|bedtime
always|sometimes|rarely seldom|never
everywhere|nowhere|somewhere
everyone everybody|nobody
everything|nothing
before|after|during
predecessor|successor
prior|subsequent
ancient|modern|medieval|contemporary
upcoming|previous
initial|final
introduction|conclusion
earliest|latest
loud|quiet
bright|dark
sharp|dull blunt
straight|curly|wavy
happy|sad|angry
polite|rude
lazy|hardworking
healthy|sick
pregnant|breastfeeding
left|right|straight
upper|lower
uphill|downhill
nearest closest|farthest furthest
urban|rural|suburban
city|village
local|global
tropical|temperate|arctic
natural|artificial|synthetic
organic|conventional
real|fake
physical|virtual
mental|dental
physical|digital
theory|practice
common|rare
easy easiest|hard hardest difficult
permanent|temporary|seasonal
disposable|reusable
recyclable|compostable
rechargeable|disposable
nonstop direct|connecting
departure|arrival|layover
international|regional
outbound|return
aisle|window|exit
delay delayed|cancel canceled
camping|hiking|fishing|hunting
camp|hike|fish|hunt
shirt|pants trousers|shoe|jacket coat|dress|skirt|sock|hat|sweater|bra|suit
boot|sandal|sneaker|slipper
ring|necklace|bracelet|earring
belt|tie|scarf|glove
helmet|glove
tuxedo|suit
jeans|leggings|shorts
iron|steam
wash|dry|iron
wine|coffee|blood|grease|ink
mold|rust|limescale
rust|grease
clog|leak|squeak
swell|itch|bleed
itch|pain
cough|sneeze|snore|hiccup
bruise|bite|blister
swallow|chew
lose|maintain
muscle|fat
bulk|cut
takeoff|landing
opportunity|threat
attack|defense
deposit|rent
appraisal|inspection
deed|lease
eviction|foreclosure
water|electricity|gas|internet
gas|electric|charcoal|induction
heater|cooler
led|incandescent|fluorescent|halogen
alkaline|lithium
battery|screen|camera|speaker|microphone
crack|scratch|dent
overheat|freeze
gun|knife
pistol|rifle|shotgun
cigarette|vape|cigar
alcohol|tobacco|marijuana cannabis|cocaine|heroin
nicotine|caffeine|alcohol
drink|smoke|eat
parrot|canary|parakeet
neuter|spay
leash|crate|litter
bark|meow
purr|hiss
spay|vaccinate|deworm
feed|bathe|train|groom
feed|walk
nest|burrow|den|hive
egg|larva|adult
herd|flock|swarm
scales|feathers
hoof|paw|claw
fin|gill
tusk|horn|antler
wing|tail|beak
dealer|manufacturer
apa|mla|chicago
prologue|epilogue
intro|outro
sequel|prequel|remake
season|episode
episode|movie
album|song|concert
oscar|grammy|emmy|tony
director|actor|author
lyrics|chords
verse|chorus|bridge
`;
