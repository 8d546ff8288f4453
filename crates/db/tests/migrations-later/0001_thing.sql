create table listings.thing (id int primary key, n bigint not null);
