/**
 * Spelling → canonical form, for spellings that the generated British → American table lacks.
 * Pairs whose left word has a second meaning are left out (storey, draught).
 */
export const SPELLING_VARIANTS: ReadonlyMap<string, string> = new Map(
  (
    "grey:gray|tyre:tire|tyres:tires|licence:license|licences:licenses|cheque:check|cheques:checks|paycheque:paycheck|paycheques:paychecks|programme:program|programmes:programs|" +
    "practise:practice|practised:practiced|practising:practicing|kerb:curb|pyjamas:pajamas|aluminium:aluminum|cosy:cozy|plough:plow|sceptical:skeptical|moustache:mustache|" +
    "cancelled:canceled|cancelling:canceling|travelled:traveled|travelling:traveling|traveller:traveler|travellers:travelers|labelled:labeled|labelling:labeling|" +
    "modelling:modeling|modelled:modeled|fuelled:fueled|catalogue:catalog|dialogue:dialog|analogue:analog|judgement:judgment|acknowledgement:acknowledgment|ageing:aging|" +
    "enrol:enroll|enrolment:enrollment|fulfil:fulfill|instalment:installment|skilful:skillful|jewellery:jewelry|yoghurt:yogurt|omelette:omelet|doughnut:donut|doughnuts:donuts|" +
    "disc:disk|discs:disks|centre:center|centres:centers|theatre:theater|colour:color|colours:colors|favourite:favorite|behaviour:behavior|neighbour:neighbor|" +
    "organise:organize|organised:organized|organisation:organization|mould:mold|defence:defense|offence:offense|maths:math|learnt:learned|spelt:spelled|burnt:burned|" +
    "dreamt:dreamed|whilst:while|amongst:among|towards:toward|afterwards:afterward|ok:okay|thx:thanks|thnx:thanks|thanx:thanks|thankx:thanks|thks:thanks|tnx:thanks|thanku:thanks|thankss:thanks|cuz:because|coz:because|becuz:because|bcuz:because|bcoz:because|bcos:because|tho:though|altho:although|abt:about|ppl:people|acct:account|accts:accounts|acc:account|appt:appointment|appts:appointments|govt:government|dept:department|tmrw:tomorrow|tmr:tomorrow|2moro:tomorrow|tonite:tonight|bday:birthday|rly:really|smth:something|sumthing:something|btwn:between|b/w:between|hv:have|hav:have|wat:what|wut:what|wht:what|waht:what|hwat:what|whta:what|hwo:how|hoow:how|wehn:when|whne:when|adn:and|hte:the|taht:that|thsi:this|yuor:your|jsut:just|cna:can|becasue:because|beacuse:because|becouse:because|whcih:which|thier:their|freind:friend|dosent:does not|doesent:does not|dosnt:does not|dont't:do not|havnt:have not|hasent:has not|isint:is not|wont':will not|info:information|instal:install|instals:installs|distil:distill|appal:appall|til:until|'til:until|untill:until|recieved:received|reccomend:recommend|recomend:recommend|tommorow:tomorrow|tomorow:tomorrow|tommorrow:tomorrow|calender:calendar|calenders:calendars|occured:occurred|neccessary:necessary|necesary:necessary|goverment:government|enviroment:environment|occassion:occasion|embarass:embarrass|begining:beginning|beleive:believe|buisness:business|bussiness:business|existance:existence|foward:forward|independant:independent|knowlege:knowledge|liason:liaison|maintainance:maintenance|maintenence:maintenance|mispell:misspell|noticable:noticeable|posession:possession|publically:publicly|questionaire:questionnaire|rythm:rhythm|succesful:successful|successfull:successful|suprise:surprise|truely:truly|wierd:weird|writting:writing|priviledge:privilege|refered:referred|resturant:restaurant|restaraunt:restaurant|resteraunt:restaurant|vaccum:vacuum|vacum:vacuum|cancell:cancel|cancle:cancel|pasword:password|passwrod:password|acount:account|alot:a lot|email:email|emails:emails|" +
    "anaemia:anemia|anaemic:anemic|anaesthesia:anesthesia|anaesthetic:anesthetic|paediatric:pediatric|paediatrician:pediatrician|gynaecologist:gynecologist|gynaecology:gynecology|haemorrhage:hemorrhage|haemoglobin:hemoglobin|leukaemia:leukemia|oestrogen:estrogen|oesophagus:esophagus|foetus:fetus|foetal:fetal|diarrhoea:diarrhea|orthopaedic:orthopedic|encyclopaedia:encyclopedia|faeces:feces|caesarean:cesarean|hypoglycaemia:hypoglycemia|manoeuvre:maneuver|apnoea:apnea|oedema:edema|haemorrhoids:hemorrhoids|anaesthetist:anesthetist|foetuses:fetuses|mediaeval:medieval|archaeology:archeology|" +
    "recieve:receive|reciept:receipt|seperate:separate|definately:definitely|accomodate:accommodate|adress:address|wich:which|teh:the|becuase:because"
  )
    .split("|")
    .map((entry) => entry.split(":") as [string, string]) /* every entry above has one colon */,
);

/** Two words, or a hyphenated pair, that are also written as one word → that word. */
export const COMPOUNDS: ReadonlyMap<string, string> = new Map(
  (
    "2 factor:twofactor|two factor:twofactor|web site:website|web page:webpage|web sites:websites|e mail:email|e mails:emails|set up:setup|log in:login|log out:logout|sign in:signin|sign up:signup|log on:login|log off:logout|" +
    "back up:backup|check out:checkout|wi fi:wifi|on line:online|off line:offline|data base:database|file name:filename|user name:username|pass word:password|" +
    "trade mark:trademark|voice mail:voicemail|life span:lifespan|time zone:timezone|air port:airport|pay check:paycheck|smart phone:smartphone|lap top:laptop|key board:keyboard|" +
    "hard drive:harddrive|under age:underage|over time:overtime|part time:parttime|full time:fulltime|roll back:rollback|screen shot:screenshot|down load:download|up load:upload|" +
    "health care:healthcare|child care:childcare|day care:daycare|car pool:carpool|can not:can not|pay pal:paypal|git hub:github|you tube:youtube|face book:facebook|java script:javascript|" +
    "type script:typescript|home page:homepage|note book:notebook|dead line:deadline|work flow:workflow|work place:workplace|work out:workout|news letter:newsletter|land lord:landlord"
  )
    .split("|")
    .map((entry) => entry.split(":") as [string, string]) /* every entry above has one colon */,
);

/** Code → the words that it stands for. */
export const CODE_ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ["2fa", ["twofactor", "authentication"]],
  ["k8s", ["kubernetes"]],
  ["ww2", ["world", "war", "2"]],
  ["ww1", ["world", "war", "1"]],
  ["gr8", ["great"]],
  ["l8r", ["later"]],
  ["b4", ["before"]],
  ["m8", ["mate"]],
]);

/** Names of products and companies. The typo guard treats them as words, because some are close to a real word. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set(
  (
    "tumblr flickr lyft reddit fiverr grindr scribd digg imgur netflix spotify github gitlab bitbucket google gmail youtube facebook instagram whatsapp paypal venmo zelle stripe shopify etsy ebay " +
    "amazon android iphone ipad macbook airpods linux ubuntu debian fedora docker kubernetes terraform ansible jenkins postgres postgresql mysql sqlite mongodb redis kafka rabbitmq nginx apache " +
    "macos ios python javascript typescript golang kotlin scala haskell elixir clojure numpy pandas django flask fastapi nodejs nextjs vuejs react angular svelte webpack vite vitest jest pytest numpy " +
    "openai chatgpt gemini anthropic mistral llama claude huggingface azure cloudflare vercel netlify heroku firebase supabase slack zoom trello asana jira confluence notion dropbox onedrive " +
    "icloud tiktok snapchat twitter linkedin pinterest telegram discord twitch roblox minecraft fortnite airbnb expedia uber doordash instacart walmart costco target tesla toyota honda hyundai " +
    "turing macaron macarons wordpress bluetooth photoshop powershell sharepoint quickbooks mailchimp squarespace salesforce hubspot evernote duckduckgo firefox postman elasticsearch intranet celexa celebrex clonidine zantac xanax glipizide glyburide " +
    "ibuprofen acetaminophen paracetamol metformin lisinopril atorvastatin simvastatin omeprazole amlodipine metoprolol losartan gabapentin sertraline fluoxetine citalopram escitalopram " +
    "amoxicillin azithromycin prednisone prednisolone hydroxyzine hydralazine naproxen tramadol tylenol advil aleve zyrtec claritin benadryl ozempic wegovy mounjaro visa mastercard"
  ).split(" "),
);
